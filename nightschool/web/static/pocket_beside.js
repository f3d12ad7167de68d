// On the desk: the way to the register without signal, where the browser can do it, and what of it waits. Who has been
// there once has fresh names along after each look at the desk. On the account's page: nobody logs out over unsent sheets.
"use strict";

(() => {
  const keeper = document.getElementById("kept")?.dataset.keeper;
  const way = document.getElementById("pocket-way");
  const leaving = document.getElementById("leaving");
  const say = (template, n) => template.replace("{n}", n);

  async function showWay() {
    way.hidden = false;
    await pocketForget();
    const unsent = (await pocketAll("outbox")).filter((one) => one.keeper === keeper && !one.sent).length;
    if (unsent) way.querySelector("[data-waits]").textContent = say(way.dataset.waits, unsent);
    if ((await pocketAll("taken")).some((one) => one.keeper === keeper)) await pocketTake(way.dataset.take);
  }

  // Nothing of this account but what is not sent stays, nor the page that would show it.
  async function clear() {
    await inPocket("readwrite", async ({ taken, drafts, outbox, notes }) => {
      notes.delete(POCKET_WHOSE);
      for (const one of await pocketAsked(taken.getAll())) if (one.keeper === keeper) taken.delete([keeper, one.village]);
      for (const one of await pocketAsked(drafts.getAll())) if (one.keeper === keeper) drafts.delete([keeper, one.class]);
      for (const one of await pocketAsked(outbox.getAll())) {
        if (one.keeper === keeper && (one.sent || one.filed)) outbox.delete(one.id);
      }
    });
    for (const name of await caches.keys()) await caches.delete(name);
    localStorage.clear();
    sessionStorage.clear();
  }

  async function leave(keepsMine) {
    const asks = document.getElementById("unsent");
    try {
      const unsent = (await pocketAll("outbox")).filter((one) => !one.sent && !one.filed);
      const mine = unsent.filter((one) => one.keeper === keeper);
      if (mine.length && !keepsMine) {
        asks.querySelector("p").textContent = say(asks.dataset.told, mine.length);
        asks.hidden = false;
        asks.querySelector("a, button").focus();
        asks.querySelector("[data-file]").onclick = () => pocketFile(mine);
        asks.querySelector("[data-leave]").onclick = () => leave(true);
        return;
      }
      if (unsent.length) {
        await clear();
        leaving.elements.keeps.value = "1"; // or the answer would have the browser forget them
      }
    } catch {
      leaving.elements.keeps.value = "1"; // it cannot be known
    }
    leaving.submit();
  }

  if (!pocketWorks()) return;
  if (way) showWay().catch(() => null);
  if (leaving) {
    leaving.addEventListener("submit", (event) => {
      event.preventDefault();
      leave(false);
    });
  }
})();
