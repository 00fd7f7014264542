// Puts away the fields that the chosen decision does not need. An own text that is put away is not sent.
{
  for (const form of document.querySelectorAll("form[data-decisions]")) {
    const blocks = form.querySelectorAll("[data-when]");
    const show = () => {
      const decision = form.querySelector("input[name=decision]:checked")?.value;
      if (!form.querySelector("input[name=decision]")) return;
      for (const block of blocks) {
        const needed = block.dataset.when.split(" ").includes(decision);
        block.hidden = !needed;
        if (!("notSent" in block.dataset)) continue;
        for (const control of block.querySelectorAll("input, textarea, select")) control.disabled = !needed;
      }
    };
    form.addEventListener("change", (event) => event.target.name === "decision" && show());
    show();
  }
}
