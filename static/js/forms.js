// Forms: focus on what is wrong, one submission at a time, Ctrl+Enter to send, no lost text. All optional.
{
  const summary = document.querySelector("[data-error-summary]");
  if (summary) {
    document.title = `${summary.dataset.errorSummary}: ${document.title}`;
    (document.querySelector("main [aria-invalid=true]") || summary).focus();
  }

  const isPost = (form) => form.getAttribute("method")?.toLowerCase() === "post";
  const sent = new Set();
  const changed = new Set();
  const release = () => {
    for (const form of sent) {
      for (const button of form.querySelectorAll("button[data-sent]")) {
        button.disabled = false;
        delete button.dataset.sent;
      }
    }
    sent.clear();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!isPost(form) || event.defaultPrevented) return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    changed.clear();
    // Only after the browser has read which button was pressed.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button], :disabled)")) {
        button.dataset.sent = "";
        button.disabled = true;
      }
    });
    // A download leaves the page standing.
    setTimeout(release, 10000);
  });
  addEventListener("pageshow", release);

  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && isPost(form)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button:not([type=button])"));
    }
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  const warn = (event) => changed.size && event.preventDefault();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !isPost(form) || form.dataset.draftUrl || !form.closest("main")) return;
    if (form.getAttribute("role") === "search") return;
    changed.add(form);
    addEventListener("beforeunload", warn);
  });
}
