// Beside the desk's form: what to say on the topic that was just chosen.
{
  const panel = document.querySelector("[data-topic-card]");
  const topic = document.querySelector("select[name=topic]");
  let asked = 0;

  topic?.addEventListener("change", async () => {
    if (!topic.value) return;
    const turn = ++asked;
    try {
      const answer = await fetch(panel.dataset.topicCard.replace("CODE", encodeURIComponent(topic.value)));
      const card = await answer.text();
      if (answer.ok && !answer.redirected && turn === asked) panel.innerHTML = card;
    } catch {
      // No connection: the form works without the card.
    }
  });
}
