// <form data-draft-url> keeps a draft on the server while somebody writes, and says so.
{
  const PAUSE = 1500;
  const RETRY = 20000;

  const enhance = (form) => {
    const status = form.querySelector("[data-draft-status]");
    let timer;
    let underWay;
    let isSent = false;
    let isReached = false;
    let saved = "";
    const fields = () => {
      const data = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") data.append(name, value);
      return data;
    };
    // What is kept nowhere holds its page back.
    const hold = (event) => isSent || event.preventDefault();
    const say = (text, isWarning) => {
      (isWarning ? addEventListener : removeEventListener)("beforeunload", hold);
      if (!status) return;
      status.classList.toggle("is-warning", isWarning);
      if (status.textContent !== text) status.textContent = text;
    };
    const later = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    };
    // What was sent is no draft any more. The server also refuses one that comes late.
    const stop = () => {
      clearTimeout(timer);
      timer = undefined;
      underWay?.abort();
    };
    const save = async () => {
      stop();
      if (!form.isConnected) return; // it was saved and is gone
      const body = fields();
      if (body.toString() === saved) return;
      const turn = (underWay = new AbortController());
      try {
        const answer = await fetch(form.dataset.draftUrl, {
          method: "POST",
          body,
          signal: turn.signal,
          headers: { "X-Requested-With": "XMLHttpRequest" },
          keepalive: body.toString().length < 60000,
        });
        const text = await answer.text();
        if (answer.status === 413 || answer.status === 409) return say(text, true);
        if (answer.status >= 500) throw new Error(answer.statusText);
        if (!answer.ok || answer.redirected || text.includes("<")) return say(status?.dataset.signIn, true);
        saved = body.toString();
        say(text, false);
        return true;
      } catch {
        if (turn.signal.aborted) return;
        say(status?.dataset.offline, true);
        later(RETRY);
      }
    };

    saved = fields().toString();
    form.addEventListener("input", () => {
      isSent = false; // the page is still here: the answer is slow, or it was left and opened again
      later(PAUSE);
    });
    form.addEventListener("change", () => isSent || later(PAUSE));
    // Without a connection the browser would put its own page in the place of what was typed.
    form.addEventListener("submit", async (event) => {
      if (navigator.onLine || isReached) return void (isReached = false);
      event.preventDefault();
      saved = "";
      isReached = await save();
      if (isReached) form.requestSubmit(event.submitter);
    });
    document.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (event.target !== form && !("draftDiscard" in event.target.dataset)) return;
      isSent = true;
      stop();
    });
    addEventListener("online", () => isSent || save());
    document.addEventListener("visibilitychange", () => document.hidden && timer && save());
  };

  document.querySelectorAll("form[data-draft-url]").forEach(enhance);
  document.addEventListener("form-shown", (event) => enhance(event.target));
}
