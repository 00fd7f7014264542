"""YAML that somebody uploads, and YAML for people to read and edit. Knows no app."""

from typing import Any

import yaml
from django.utils.translation import gettext as _

from gai_portal.lib.reference import LinedDict, LinedLoader

DEEPEST = 20  # our files nest six deep; one that nests without end is none of them
LONGEST_NUMBER = 30  # characters; YAML also counts in sixties, and works long at a long number


class YamlFault(Exception):
    """Why a file cannot be read, and on which line if that is known."""

    def __init__(self, line: int | None, problem: str) -> None:
        super().__init__(problem)
        self.line, self.problem = line, problem


def parse_yaml(file: bytes) -> LinedDict:
    """The content of an uploaded file whose top level is a mapping."""
    try:
        text = file.decode("utf-8-sig")
        _refuse_tricks(text)
        parsed = yaml.load(text, Loader=_ShortNumbers)
    except UnicodeDecodeError as error:
        raise YamlFault(None, _("this is not a text in UTF-8")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = _("this is not well-formed YAML: %(problem)s") % {"problem": error.problem}
        raise YamlFault(line, problem) from error
    except (yaml.YAMLError, ValueError) as error:  # a character or a date that cannot be
        raise YamlFault(None, _("this is not well-formed YAML: %(problem)s") % {"problem": error}) from error
    if not isinstance(parsed, LinedDict):
        raise YamlFault(1, _("a mapping is expected"))
    return parsed


def _refuse_tricks(text: str) -> None:
    """A file that refers to itself, nests without end or names types is none of ours."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise YamlFault(line, _("references (* and &) are not used here"))
        if getattr(event, "tag", None):
            raise YamlFault(line, _("types (!) are not used here"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise YamlFault(line, _("this is nested too deeply"))


class _ShortNumbers(LinedLoader):
    """Reads as for our own files, but no number that would keep a server busy."""


def _short_number(loader: _ShortNumbers, node: yaml.ScalarNode) -> int | float:
    if len(node.value) > LONGEST_NUMBER:
        raise yaml.MarkedYAMLError(problem=_("this number is too long"), problem_mark=node.start_mark)
    kind = node.tag.rpartition(":")[2]
    return loader.construct_yaml_int(node) if kind == "int" else loader.construct_yaml_float(node)


for kind in ("int", "float"):
    _ShortNumbers.add_constructor(f"tag:yaml.org,2002:{kind}", _short_number)


class _Dumper(yaml.CSafeDumper):
    """Texts of several lines as blocks, so that people can read and edit them."""


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def written_yaml(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
