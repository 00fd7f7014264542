// Beside the desk's form: what to say on the topic that was just chosen.
{
  const panel = document.querySelector("[data-topic-card]");
  const topic = document.querySelector("select[name=topic]");
  const urgent = document.querySelector("[data-topic-urgent]");
  const isBelow = matchMedia("(max-width: 63.99rem)");
  let asked = 0;

  // On a phone the panel comes after the form, which is too late for what is urgent.
  const raise = () => {
    const box = panel.querySelector("[data-urgent]");
    urgent.replaceChildren(...(box && isBelow.matches ? [box] : []));
  };

  if (panel) raise();
  // Whoever sends the card in a language has handed it over in that language.
  panel?.addEventListener("click", ({ target }) => {
    const way = target.closest("a")?.closest("[data-language]");
    if (way) panel.querySelector("[name=guidance_language]").value = way.dataset.language;
  });
  topic?.addEventListener("change", async () => {
    if (!topic.value) return;
    const turn = ++asked;
    try {
      const answer = await fetch(panel.dataset.topicCard.replace("CODE", encodeURIComponent(topic.value)));
      const card = await answer.text();
      if (answer.ok && !answer.redirected && turn === asked) {
        panel.innerHTML = card;
        raise();
      }
    } catch {
      // No connection: the form works without the card.
    }
  });
}
