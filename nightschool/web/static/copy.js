// A button beside words that are to be sent: it copies them as they are read. Without scripts they can be selected.
"use strict";

for (const button of document.querySelectorAll("button.copy")) {
  const [before, after] = [button.previousElementSibling, button.nextElementSibling.nextElementSibling];
  const words = before?.matches("pre") ? before : after;
  button.hidden = false;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(words);
    let done = true;
    try {
      await navigator.clipboard.writeText(words.innerText.trim());
    } catch {
      // Browsers that have no clipboard for pages, as those without https.
      done = document.execCommand("copy");
    }
    button.textContent = done ? button.dataset.done : button.dataset.selected;
    // Of a notice it is remembered that it was given; where there is no signal, its own button says so later.
    const tells = done && button.closest("[data-notice]")?.querySelector("form.tells");
    if (!tells) return;
    const body = new FormData(tells);
    // It goes on when somebody leaves the page at once.
    const told = { method: "post", body, redirect: "manual", keepalive: true };
    const answer = await fetch(tells.action, told).catch(() => null);
    if (answer?.type === "opaqueredirect") tells.hidden = true;
  });
}
