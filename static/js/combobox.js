// <select data-combobox> becomes a field to type in: any word, accents or not, or a code.
// The select stays and keeps the value; its "change" event still tells that something was chosen.
// What stands in the field is what will be recorded: text that names no entry records nothing, and says so.
// Of a <select multiple> each chosen entry leaves the field and becomes a button above it that takes it out again.
{
  let isPressed = false;
  for (const name of ["pointerdown", "pointerup", "pointercancel"]) {
    addEventListener(name, () => (isPressed = name === "pointerdown"), true);
  }
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const enhance = (select) => {
    const input = document.createElement("input");
    const list = document.createElement("ul");
    const box = document.createElement("div");
    const problem = document.createElement("p");
    const chips = document.createElement("ul");
    const isMany = select.multiple;
    const id = select.id;
    // The words of another list with the same entries may stand there alone.
    const others = select.form?.querySelector(`select[name="${select.dataset.wordsOf}"]`)?.options ?? [];
    const wordsOf = new Map([...others].map((option) => [option.value, option.dataset]));
    const entries = [...select.options]
      .filter((option) => option.value)
      .map((option) => {
        const { hint, code = "", search = "" } = wordsOf.get(option.value) ?? option.dataset;
        const note = hint ?? option.parentElement.label ?? "";
        return { option, note, words: ` ${fold(`${option.text} ${code} ${note} ${search}`)}` };
      });
    let active = -1;
    let chosen = select.value;

    problem.className = "field-error";
    problem.id = `${id}-problem`;
    problem.hidden = true;
    problem.setAttribute("role", "alert");
    box.className = "combobox";
    select.before(box);
    box.append(input, list, select);
    box.before(problem);
    if (isMany) box.before(chips);
    chips.className = "chips";
    select.id = `${id}-select`;
    const focused = select.autofocus || document.activeElement === select;
    select.hidden = true;
    list.id = `${id}-list`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    input.id = id;
    input.type = "text";
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    for (const name of ["aria-describedby", "aria-invalid", "disabled"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    if (label) list.setAttribute("aria-label", label.firstChild.textContent.trim());

    const describedBy = input.getAttribute("aria-describedby") ?? "";
    const isInvalid = input.getAttribute("aria-invalid") ?? "false";
    const complain = (text) => {
      problem.hidden = !text;
      problem.textContent = text;
      input.setAttribute("aria-invalid", text ? "true" : isInvalid);
      input.setAttribute("aria-describedby", text ? `${describedBy} ${problem.id}`.trim() : describedBy);
      if (!text && !describedBy) input.removeAttribute("aria-describedby");
    };
    const showChosen = () => {
      complain("");
      chosen = isMany ? "" : select.value;
      input.value = chosen ? select.selectedOptions[0].text : "";
      if (!isMany) return;
      chips.replaceChildren(
        ...[...select.selectedOptions].map((option) => {
          const item = document.createElement("li");
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = option.text;
          button.setAttribute("aria-label", select.dataset.remove.replace("TEXT", option.text));
          button.addEventListener("click", () => {
            pick(option, false);
            input.focus();
          });
          item.append(button);
          return item;
        }),
      );
      chips.hidden = !chips.children.length;
    };
    const pick = (option, isChosen) => {
      option.selected = isChosen;
      showChosen();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (value) => {
      if (isMany) {
        const option = value && [...select.options].find((each) => each.value === value);
        close();
        return option && pick(option, true);
      }
      const isNew = chosen !== value;
      select.value = value;
      showChosen();
      close();
      if (isNew) select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const activate = (index) => {
      const items = list.querySelectorAll("[role=option]:not([aria-disabled])");
      if (!items.length) return;
      items[active]?.setAttribute("aria-selected", "false");
      active = (index + items.length) % items.length;
      items[active].setAttribute("aria-selected", "true");
      items[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[active].id);
    };
    const open = (text) => {
      const terms = fold(text).split(/\s+/).filter(Boolean);
      const isBegun = ({ words }, term) => words.includes(` ${term}`);
      const rank = (entry) => terms.filter((term) => !isBegun(entry, term)).length;
      // One or two letters stand in the middle of many words.
      const has = (entry, term) => (term.length < 3 ? isBegun(entry, term) : entry.words.includes(term));
      const left = entries.filter(({ option }) => !(isMany && option.selected));
      let found = left.filter((entry) => terms.every((term) => has(entry, term)));
      if (!found.length) found = left.filter((entry) => terms.some((term) => term.length > 2 && isBegun(entry, term)));
      found.sort((a, b) => rank(a) - rank(b));
      close();
      list.replaceChildren(
        ...found.slice(0, 60).map(({ option, note }, index) => {
          const item = document.createElement("li");
          item.id = `${list.id}-${index}`;
          item.setAttribute("role", "option");
          item.setAttribute("aria-selected", "false");
          item.textContent = `${option.text} `;
          item.dataset.value = option.value;
          if (note) item.append(Object.assign(document.createElement("small"), { textContent: note }));
          return item;
        }),
      );
      if (!found.length) {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.setAttribute("aria-disabled", "true");
        item.textContent = document.body.dataset.nothingFound ?? "–";
        list.append(item);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      if (terms.length) activate(0);
    };

    // Takes what was typed in full; anything else than an entry's own words chooses nothing.
    const settle = () => {
      const text = fold(input.value.trim());
      if (!isMany && select.value && text === fold(select.selectedOptions[0].text.trim())) return true;
      const named = entries.filter(({ option }) =>
        [option.text, option.dataset.code ?? ""].some((words) => text && fold(words.trim()) === text),
      );
      const values = [...new Set(named.map(({ option }) => option.value))];
      const typed = input.value;
      choose(values.length === 1 ? values[0] : "");
      if (values.length === 1 || !text) return true;
      input.value = typed;
      return false;
    };
    const refuse = () => complain(document.body.dataset.notInList.replace("TEXT", input.value.trim()));

    input.addEventListener("input", () => {
      complain("");
      if (!isMany) select.value = "";
      open(input.value);
    });
    input.addEventListener("click", () => list.hidden && open(""));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => {
      const marked = !list.hidden && list.querySelector("[aria-selected=true]");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open("");
        activate(event.key === "ArrowDown" ? active + 1 : Math.max(active, 0) - 1);
      } else if (event.key === "Enter" && !event.ctrlKey && !list.hidden) {
        event.preventDefault();
        if (marked) choose(marked.dataset.value);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        if (!isMany) select.value = chosen;
        showChosen();
        close();
      } else if (event.key === "Escape") {
        input.blur(); // where the keys of one character work
      } else if (event.key === "Backspace" && isMany && !input.value && select.selectedOptions.length) {
        pick([...select.selectedOptions].at(-1), false);
      }
    });
    input.addEventListener("blur", () => {
      close();
      if (settle()) return;
      // What the pointer is on must not move away under it before the click is complete.
      if (isPressed) addEventListener("pointerup", () => setTimeout(refuse), { once: true });
      else refuse();
    });
    select.form?.addEventListener("submit", (event) => {
      if (settle()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      input.focus();
      refuse();
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[data-value]");
      if (item) choose(item.dataset.value);
    });
    select.form?.addEventListener("reset", () => setTimeout(showChosen));
    addEventListener("pageshow", showChosen);
    close();
    showChosen();
    if (focused) input.focus();
  };

  document.querySelectorAll("select[data-combobox]").forEach(enhance);
}
