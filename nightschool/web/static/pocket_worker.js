// Without signal the page of the register comes from the phone, and is offered where the desk or a register was asked for.
// It keeps no answer about anybody: only that page, which is the same for all, and what it is made of.
"use strict";

const KEPT = "pocket";
const SHELL = /^\/desk\/\d{12}\/pocket$/;
const OFFERED = /^\/desk(?:\/\d{12})?$|^\/sessions\/([\w-]{22})\/register$/;
const AS_IT_IS = { ignoreVary: true };

// What is kept under this address. Where the store cannot be read, after a flat battery perhaps, it is as if nothing were.
async function kept(address, how) {
  try {
    return await caches.match(address, { cacheName: KEPT, ...AS_IT_IS, ...how });
  } catch {
    return undefined;
  }
}

// The page as it is now stands here with all its parts, or what stood here before does.
async function renew(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.status !== 200) return answer;
  const page = await answer.clone().text();
  const parts = [...page.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path.replaceAll("&amp;", "&"));
  try {
    const cache = await caches.open(KEPT);
    await Promise.all(parts.map(async (part) => (await cache.match(part, AS_IT_IS)) ?? cache.add(part)));
    await cache.put(address, answer.clone());
  } catch {
    // No room: the page works while there is signal.
  }
  return answer;
}

async function shell(event) {
  const address = event.request.url;
  const found = await kept(address);
  if (found) {
    event.waitUntil(renew(address).catch(() => null));
    return found;
  }
  try {
    return await renew(address);
  } catch {
    return (await kept(address, { ignoreSearch: true })) ?? Response.error();
  }
}

async function instead(pathname) {
  const pages = (await (await caches.open(KEPT)).keys()).map(({ url }) => new URL(url)).filter((url) => SHELL.test(url.pathname));
  const page = pages.find((url) => url.pathname === `${pathname}/pocket`) ?? pages[0];
  if (!page) return Response.error();
  page.hash = OFFERED.exec(pathname)[1] ?? "";
  return Response.redirect(page.href, 302);
}

// The first time the page came from the network, past this worker: it asks to be kept.
self.addEventListener("message", (event) => {
  const { origin, pathname } = new URL(event.data);
  if (origin === location.origin && SHELL.test(pathname)) event.waitUntil(renew(event.data).catch(() => null));
});
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) {
    event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  } else if (request.mode === "navigate" && SHELL.test(pathname)) {
    event.respondWith(shell(event));
  } else if (request.mode === "navigate" && OFFERED.test(pathname)) {
    event.respondWith(fetch(request).catch(() => instead(pathname)));
  }
});
