// The draft of the national template as one document: an item's form opens in its place, the saved item comes
// back there, and what is moved keeps the focus. Without this script each of these is a page.
{
  const root = document.querySelector("[data-document]");
  const status = root.querySelector("[data-said]");
  const busy = new WeakSet();

  const say = (text) => {
    status.textContent = text;
  };
  const ask = async (url, form) => {
    const body = form && new URLSearchParams(new FormData(form));
    const answer = await fetch(url, {
      method: form ? "POST" : "GET",
      body,
      headers: { "X-Fragment": "1" },
      redirect: "manual",
    });
    return { kind: answer.headers.get("X-Fragment"), isMoved: answer.type === "opaqueredirect", answer };
  };
  const made = (html) => {
    const part = document.createElement("template");
    part.innerHTML = html.trim();
    return part.content.firstElementChild;
  };
  const home = (name) => root.querySelector(`[data-holds="${CSS.escape(name)}"]`);
  const addLink = (holder) => holder.querySelector(":scope > [data-add]");

  // How many items of each part of the outline lack a language.
  const recount = () => {
    for (const count of document.querySelectorAll("[data-count]")) {
      const part = document.getElementById(decodeURIComponent(count.closest("a").hash.slice(1)));
      if (!part) continue;
      const own = part.matches(".area") ? "[data-missing]" : ":scope > [data-missing]";
      const missing = [...part.querySelectorAll(own)].flatMap((item) => item.dataset.missing.split(" "));
      count.textContent = ["en", "fr"]
        .map((language) => [language, missing.filter((one) => one === language).length])
        .filter(([, number]) => number)
        .map((pair) => pair.join(" "))
        .join(" · ");
    }
  };

  const open = (link) => {
    const item = link.closest("[data-item]");
    const holder = document.createElement("div");
    (item ?? link.closest("[data-add]")).after(holder);
    const close = () => {
      holder.remove();
      if (item) item.hidden = false;
      else link.closest("[data-add]").hidden = false;
    };
    const show = (html) => {
      holder.replaceChildren(made(html));
      if (item) item.hidden = true;
      else link.closest("[data-add]").hidden = true;
      const form = holder.querySelector("form[data-draft-url]");
      form.dispatchEvent(new CustomEvent("form-shown", { bubbles: true }));
      (form.querySelector("[aria-invalid=true]") ??
        holder.querySelector("#theirs, .error-summary") ??
        form.querySelector("input:not([type=hidden]), textarea")
      ).focus();
    };
    const put = (html) => {
      const saved = made(html);
      close();
      if (item) item.replaceWith(saved);
      else addLink(home(where(saved))).before(saved);
      settle(saved);
    };
    const where = (saved) => (saved.dataset.item ? saved : saved.querySelector("[data-item]")).dataset.item;
    const settle = (saved) => {
      const block = saved.closest("[data-block]");
      const right = home(where(saved));
      if (block.parentElement !== right) right.insertBefore(block, addLink(right));
      const entry = saved.dataset.item ? saved : saved.querySelector("[data-item]");
      say(entry.dataset.said);
      recount();
      entry.querySelector("[data-open]").focus();
    };
    const send = async (form) => {
      if (busy.has(form)) return;
      busy.add(form);
      try {
        const { kind, isMoved, answer } = await ask(form.action, form);
        if (kind === "saved") put(await answer.text());
        else if (kind === "form") show(await answer.text());
        else if (isMoved) location.reload();
        else form.submit(); // the session has ended, or the version is issued: the page says what to do
      } catch {
        const line = form.querySelector("[data-draft-status]");
        line.textContent = root.dataset.offline;
        line.classList.add("is-warning");
        say(root.dataset.offline);
      } finally {
        busy.delete(form);
      }
    };
    holder.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-draft-url]")) return;
      event.preventDefault();
      send(event.target);
    });
    holder.addEventListener("click", (event) => {
      if (!event.target.closest("[data-cancel]")) return;
      event.preventDefault();
      close();
      link.focus();
    });
    ask(link.href)
      .then(async ({ kind, answer }) => {
        if (kind !== "form") throw new Error(kind);
        show(await answer.text());
      })
      .catch(() => location.assign(link.href));
  };

  const press = async (button) => {
    const block = button.closest("[data-block]");
    const { kind, answer } = await ask(button.formAction, button.form);
    if (kind === "moved") {
      const { said, order } = await answer.json();
      const end = addLink(block.parentElement);
      end.before(...order.map((code) => document.getElementById(code)).filter(Boolean));
      button.focus();
      button.scrollIntoView({ block: "nearest" });
      say(said);
    } else if (kind === "removed") {
      const way = made(await answer.text());
      block.replaceWith(way);
      way.querySelector("button").focus();
      recount();
    } else location.reload();
  };

  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("[data-open]");
    const button = event.target.closest("[data-move], [data-remove]");
    if (!link && !button) return;
    event.preventDefault();
    if (link) open(link);
    else press(button).catch(() => say(root.dataset.offline));
  });
  root.addEventListener("keydown", (event) => {
    const step = event.altKey && { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const item = step && !event.target.matches("input, select, textarea") && event.target.closest("[data-item]");
    if (!item) return;
    event.preventDefault();
    item.querySelector(`[data-move=${step}]`)?.click(); // none beside another language
  });

  root.querySelector("[data-keys]").hidden = false;
  const jump = document.querySelector("[data-jump]");
  const isNarrow = matchMedia("(max-width: 63.99rem)");
  const fold = () => {
    jump.open = !isNarrow.matches;
  };
  fold();
  isNarrow.addEventListener("change", fold);
  jump.addEventListener("click", (event) => event.target.closest("a") && fold());
}
