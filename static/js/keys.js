// A page says by aria-keyshortcuts which key presses what; `?` shows the keys. They can be switched off.
{
  const help = document.querySelector("[aria-keyshortcuts='?']");
  const isOff = () => localStorage.keys === "off";
  const wake = (root) => {
    const box = root.querySelector("[data-keys-switch]");
    if (!box) return;
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = !isOff();
    box.addEventListener("change", () => (localStorage.keys = box.checked ? "on" : "off"));
  };
  const show = async () => {
    try {
      const answer = await fetch(help.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const dialog = document.createElement("dialog");
      dialog.className = "dialog";
      dialog.setAttribute("aria-labelledby", "keys-title");
      dialog.append(page.querySelector("[data-shortcuts]"));
      wake(dialog);
      document.body.append(dialog);
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
    } catch {
      location.assign(help.href);
    }
  };

  wake(document);
  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea, dialog");
    if (isOff() || isTyping || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const target = [...document.querySelectorAll("[aria-keyshortcuts]")].find(
      (each) => each.getAttribute("aria-keyshortcuts") === event.key.toLowerCase(),
    );
    if (!target) return;
    event.preventDefault();
    if (target === help) show();
    else target.click();
  });
}
