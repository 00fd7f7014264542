"""Invented people with the names of those who come to a desk, and the ways to write them wrong."""

import random
import re
import unicodedata
from collections.abc import Callable

# Given names and family names, the most frequent first.
ORIGINS: dict[str, tuple[str, str]] = {
    "CV": (
        "Maria José João António Manuel Ana Carlos Luís Fernando Pedro Domingos Francisco Joaquim "
        "Jorge Paulo Rosa Teresa Isabel Filomena Conceição Edson Nélson Adilson Ivanildo Gilson "
        "Djeisy Keila Leila Ailine Edmilson Vânia Sónia Hélder Dulce Eunice Zenaida Arlindo Armindo "
        "Belmiro Celestino Crisálida Dâmaso Eugénio Felisberto Gualberto Hermínia Ildo Jacinto "
        "Lourença Marciano Nataniel Osvaldino Quintino Romualdo Silvino",
        "Tavares Silva Lopes Gomes Fernandes Monteiro Andrade Semedo Varela Mendes Correia Moreno "
        "Furtado Borges Cardoso Pereira Rodrigues Duarte Barros Brito Rocha Santos Évora Delgado "
        "Fortes Lima Ramos Cruz Delgado Gonçalves Teixeira Sanches Vaz Veiga Freire Pires Almada "
        "Baptista Cabral Évora Évora Horta Landim Mascarenhas Neves Oliveira Pina Querido Robalo "
        "Spínola Tolentino Vicente Ximenes",
    ),
    "GW": (
        "Mamadu Fatumata Ibraima Aissatu Braima Mariama Amadu Djenabu Quintino Domingas Segunda "
        "Fodé Binta Iaia Suleimane Umaro Adama Alfa Bacar Califa Djibril Ensa Fanta Galé Infali "
        "Joãozinho Koumba Lamine Malam N'Dira Nhima Ocante Paté Quecuta Sadja Tcherno Ussumane "
        "Vençã Wilson Zinha",
        "Djaló Baldé Sanhá Mané Cá Gomes Embaló Camará Sambú Seidi Indjai Nanque Té Sané Biai "
        "Cassamá Dabó Djassi Fati Injai Jaquité Keita Lopes Mendes N'Bana Nhaga Quadé Queta Ramos "
        "Sauané Sissé Turé Vieira Bá Có Pereira Correia Nancassa Natchuto",
    ),
    "SN": (
        "Mamadou Fatou Ousmane Cheikh Aminata Abdoulaye Moussa Ibrahima Mariama Khady Modou Awa "
        "Serigne Assane Aïssatou Babacar Coumba Demba El Hadji Alioune Ndèye Papa Oumar Pape "
        "Rokhaya Saliou Seynabou Souleymane Thierno Yacine Youssou Bineta Dieynaba Fallou Gora "
        "Idrissa Khadim Lamine Mbaye Ousseynou",
        "Diop Ndiaye Fall Diallo Sow Ba Gueye Faye Sarr Sy Cissé Diouf Mbaye Kane Niang Thiam Seck "
        "Diagne Mbengue Touré Camara Dieng Samb Lô Ly Wade Dramé Badji Sané Diatta Goudiaby Tall "
        "Ndour Sène Ngom Mboup Dione Sakho Ka Wane Bâ Barry",
    ),
    "NG": (
        "Chukwuemeka Oluwaseun Adebayo Ngozi Chinedu Blessing Emmanuel Ibrahim Musa Aisha Funmilayo "
        "Olumide Chioma Obinna Ifeanyi Nkechi Kehinde Taiwo Babatunde Folasade Yusuf Abubakar Hauwa "
        "Zainab Ikechukwu Uchenna Oluwatobi Temitope Ayodele Chiamaka Godwin Sunday Patience "
        "Kingsley Onyekachi Ebere Segun Tunde Wale Yetunde",
        "Okafor Adeyemi Okonkwo Balogun Eze Nwosu Abubakar Ibrahim Okoye Ogunleye Adebayo Nnamdi "
        "Obi Chukwu Onyeka Afolabi Ojo Okeke Uzor Nwachukwu Olawale Akinola Bello Danjuma Mohammed "
        "Lawal Sule Usman Oyelaran Ezeugo Igwe Ikpeazu Adesina Ogbonna Umeh Aluko Ekwueme Fashola "
        "Gbadamosi Oyekanmi",
    ),
    "PT": (
        "Maria João José Ana António Manuel Pedro Francisco Luís Carlos Rui Paulo Sofia Inês Marta "
        "Catarina Beatriz Tiago Miguel Gonçalo Filipa Joana Mafalda Nuno Hugo Bruno Duarte Vasco "
        "Lourenço Constança Guilherme Henrique Xavier Zacarias Cecília Graça Célia Fátima Lúcia "
        "Eugénia",
        "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves "
        "Marques Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira "
        "Monteiro Cardoso Rocha Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos "
        "Fonseca Machado Queirós Guimarães Magalhães Assunção",
    ),
    "CN": (
        "Wei Fang Min Jing Xiaoming Xiuying Lei Yang Jun Yan Jie Ying Tao Qiang Juan Chao Ming Xia "
        "Ping Gang Guiying Xin Hui Zhiqiang Jianguo Yuanyuan Meiling Guangming Haiyan Xiaohong "
        "Qingfeng Zhenhua Shufen Yulan Weiguo Changlin Dongmei Feifei Huilan Jiahui",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng "
        "Liang Xie Tang Han Cao Deng Feng Xiao Cheng Yuan Peng Zeng Jiang Cai Jia Ding Wei Xue Ye "
        "Yan Pan Du Dai Xia Zhong Tian Ren Fan Fang Shi Yao Tan Liao Zou Xiong Jin Lu Hao Kong Bai "
        "Cui Kang Mao Qiu Qin Qian",
    ),
}
PORTUGUESE = {"CV", "PT", "GW"}

# Ways in which one spelling becomes another on its way between Portuguese, French, English and Chinese ears.
TRANSLITERATIONS: dict[str, list[tuple[str, str]]] = {
    "CV": [
        ("ç", "ss"),
        ("s$", "z"),
        ("z$", "s"),
        ("lh", "li"),
        ("nh", "n"),
        ("x", "ch"),
        ("qu", "k"),
        ("c(?=[aou])", "k"),
    ]
    + [("ou", "o"), ("f", "ph"), ("j", "dj"), ("i(?=[ao])", "y"), ("s(?=[aeiou])", "z"), ("é", "ê")],
    "GW": [
        ("dj", "j"),
        ("dj", "di"),
        ("u$", "ou"),
        ("^ai", "ay"),
        ("é$", "e"),
        ("ss", "c"),
        ("c(?=[aou])", "k"),
        ("qu", "k"),
    ]
    + [("n'", "n"), ("nh", "gn"), ("tch", "ch"), ("x", "ch"), ("i$", "y"), ("ia", "ya"), ("u", "ou")],
    "SN": [
        ("ou", "u"),
        ("di(?=[aeo])", "dj"),
        ("gu(?=e)", "g"),
        ("ye$", "ie"),
        ("é$", "e"),
        ("kh", "k"),
        ("kh", "q"),
    ]
    + [
        ("ch", "sh"),
        ("^nd", "n'd"),
        ("^mb", "m'b"),
        ("th", "t"),
        ("w", "ou"),
        ("c(?=[aou])", "k"),
        ("y", "i"),
        ("bb?", "b"),
    ],
    "NG": [
        ("chukwu", "chuku"),
        ("ch", "tch"),
        ("y", "i"),
        ("w", "u"),
        ("kw", "qu"),
        ("k", "c"),
        ("oo", "u"),
        ("sh", "ch"),
    ]
    + [("^o", "ho"), ("u", "oo"), ("gb", "b"), ("z", "s"), ("ou", "u"), ("ai", "ay"), ("ph", "f")],
    "CN": [
        ("zh", "ch"),
        ("q", "ch"),
        ("^x", "hs"),
        ("^j", "ch"),
        ("^g", "k"),
        ("^d", "t"),
        ("^b", "p"),
        ("ian", "ien"),
    ]
    + [
        ("ui", "uei"),
        ("ong", "ung"),
        ("^z", "ts"),
        ("^c(?=[aou])", "ts"),
        ("^r", "j"),
        ("ou$", "ow"),
        ("ee", "i"),
        ("^y", "i"),
    ],
}
TRANSLITERATIONS["PT"] = TRANSLITERATIONS["CV"]

# Real pairs that the rules above do not make: how a name stands in one document, and how it is asked for.
ELSEWHERE = """
Djeneba Traoré|Dieneba Traore
Kwabena Asante Mensah|Mensah Kuabena
Ndeye Astou Mbacké|Ndey Astou Mbake
Ekaterina Sergueïevna Volkova|Volkova Ekaterina
Eduardo Mbalambaduka|Eduardo Mbalambaduca
Yevgenia Tymoshenko|Evgenia Timoshenko
Zouleikha Benabdallah|Zuleika Ben Abdallah
Raimundo Nonato Cavalcante|Raymundo Nonato Cavalcanti
Ebrima Jobarteh|Ibrima Jobarte
Lamin Sanneh Ceesay|Lamine Sane Sisse
Fatoumata Binetou Kouyaté|Fatumata Bineto Kuyate
Abdulrahman Al-Hussein|Abdul Rahman Alhussein
Nguyễn Thị Hương|Huong Nguyen
Guillermo Echeverría|Gilhermo Echeveria
Giuseppe Bianchi|Giusepe Bianki
Katarzyna Wiśniewska|Katarzina Wisniewska
Aboubacar Sidiki Kourouma|Abubacar Sidiqui Kuruma
Esperança Quissanga|Esperansa Kissanga
Hipólito Xavantes|Ipolito Chavantes
Tchissola Vunge|Chisola Vunje
Yaw Boateng Owusu|Iaw Boatengue Owusu
Akosua Agyeman|Akossua Adjeman
Seun Oyinkansola Bankole|Oyinkansola Seum Bancole
Chidiebere Nwankwo|Chidiebere Nuankuo
Hou Xianglin|Hou Hsianglin
Ouyang Zhiyuan|Ou Yang Zhi Yuan
Szeto Kwok Wah|Szeto Kwokwah
Saran Kandé|Saram Cande
Demba Baldé Sall|Balde Demba
Vicência Tchuda|Vissencia Chuda
Ermelinda Évora Rosário|Hermelinda Rozario
Wilhelmina Schröder|Vilhelmina Schroder
Mbaye Niass Diouck|Baye Niasse Djouk
Sékou Amadou Condé|Seku Amadu Konde
Ousainou Darboe|Ussaino Darbo
Thiago Albuquerque Lins|Tiago Albukerke Lins
Uchechukwu Nwadike|Uchechuku Nwadique
Bintu Kamara Sesay|Bintou Camara Sessay
Zhenzhen Ouyang|Chenchen Ouyang
Jacqueline Mukasonga|Jaquelina Mukassonga
""".strip()


def strip_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def invent(dice: random.Random, origin: str) -> str:
    """A full name; common ones are common, as in life."""
    given, family = (words.split() for words in ORIGINS[origin])

    def pick(words: list[str]) -> str:
        return words[min(int(dice.paretovariate(0.9)) - 1 + dice.randrange(8), 10**6) % len(words)]

    if origin == "CN":
        first = pick(given) if dice.random() < 0.6 else pick(given) + pick(given).lower()
        return f"{pick(family)} {first}"
    names = [pick(given) for _ in range(dice.choice([1, 1, 2]))]
    surnames = [pick(family) for _ in range(dice.choice([1, 2, 2]) if origin in PORTUGUESE else 1)]
    if origin in PORTUGUESE and len(surnames) == 2 and dice.random() < 0.3:
        surnames.insert(1, dice.choice(["da", "dos", "de"]))
    return " ".join([*names, *surnames])


def double_a_letter(dice: random.Random, name: str, origin: str) -> str:
    places = [i for i, letter in enumerate(name) if letter.isalpha()]
    i = dice.choice(places)
    return name[: i + 1] + name[i].lower() + name[i + 1 :]


def drop_accents(dice: random.Random, name: str, origin: str) -> str:
    return strip_accents(name)


def swap_order(dice: random.Random, name: str, origin: str) -> str:
    words = name.split()
    turn = dice.randrange(1, len(words)) if len(words) > 1 else 0
    return " ".join(words[turn:] + words[:turn])


def transliterate(dice: random.Random, name: str, origin: str) -> str:
    words = name.split()
    order = list(range(len(words)))
    dice.shuffle(order)
    for i in order:
        rules = TRANSLITERATIONS[origin][:]
        dice.shuffle(rules)
        for pattern, letters in rules:
            other = re.sub(pattern, letters, words[i].lower(), count=1)
            if other != words[i].lower():
                words[i] = other.title()
                return " ".join(words)
    return name


SLIPS: list[Callable[[random.Random, str, str], str]] = [
    drop_accents,
    double_a_letter,
    swap_order,
    transliterate,
]


def misspell(dice: random.Random, name: str, origin: str) -> str:
    """One or two slips, different from each other."""
    for slip in dice.sample(SLIPS, dice.choice([1, 2, 2])):
        name = slip(dice, name, origin)
    return name
