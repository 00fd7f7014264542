// <form data-draft-url> keeps a draft on the server while somebody writes, and says so.
{
  const PAUSE = 1500;
  const RETRY = 20000;

  const enhance = (form) => {
    const status = form.querySelector("[data-draft-status]");
    let timer;
    let saved = "";
    const fields = () => {
      const data = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
      return data;
    };
    const say = (text, isWarning) => {
      if (!status) return;
      status.classList.toggle("is-warning", isWarning);
      if (status.textContent !== text) status.textContent = text;
    };
    const later = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    };
    const save = async () => {
      clearTimeout(timer);
      timer = undefined;
      const body = fields();
      if (body.toString() === saved) return;
      try {
        const answer = await fetch(form.dataset.draftUrl, {
          method: "POST",
          body,
          headers: { "X-Requested-With": "XMLHttpRequest" },
          keepalive: body.toString().length < 60000,
        });
        const text = await answer.text();
        if (answer.status === 413) return say(text, true);
        if (answer.status >= 500) throw new Error(answer.statusText);
        if (!answer.ok || answer.redirected || text.includes("<")) return say(status?.dataset.signIn, true);
        saved = body.toString();
        say(text, false);
      } catch {
        say(status?.dataset.offline, true);
        later(RETRY);
      }
    };

    saved = fields().toString();
    for (const name of ["input", "change"]) form.addEventListener(name, () => later(PAUSE));
    form.addEventListener("submit", () => clearTimeout(timer));
    addEventListener("online", save);
    document.addEventListener("visibilitychange", () => document.hidden && timer && save());
  };

  document.querySelectorAll("form[data-draft-url]").forEach(enhance);
}
