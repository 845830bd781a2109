// Pairs of a review, one after the other. The next ones are fetched while one is looked
// at; an answer shows the next at once, and is sent behind it. Without this the forms
// of the pairs do the same, a page each.
import { html, renew } from "./fragment";

const ahead = new Map<string, Promise<string | null>>();
const most = 8; // fetched and not shown yet

const form = () => document.querySelector<HTMLFormElement>("form.verdicts[data-ahead]");
const bare = (address: string): string => {
  const u = new URL(address, location.href);
  u.searchParams.delete("last");
  return u.pathname + u.search;
};

function fetchAhead(): void {
  for (const address of (form()?.dataset.ahead ?? "").split(" ").filter(Boolean)) {
    const key = bare(address);
    if (ahead.has(key)) continue;
    ahead.set(key, fetch(address, { headers: { "HX-Request": "true" } }).then((r) => (r.ok && !r.redirected ? r.text() : null)).catch(() => null));
    if (ahead.size > most) ahead.delete(ahead.keys().next().value!);
  }
}

function show(text: string, address: string): void {
  const main = document.getElementById("main")!;
  main.innerHTML = html(text);
  history.pushState(null, "", address);
  renew(main);
  document.title = (main.querySelector("h1")?.textContent ?? "") + " · Overt";
  window.scrollTo(0, 0);
  fetchAhead();
}

// Answers are sent one after the other, in the order they were given. Who leaves before
// the last was sent is asked whether he means it.
let sending: Promise<void> = Promise.resolve();
let waiting = 0;
const count = (by: number): void => { waiting += by; document.documentElement.toggleAttribute("data-sending", waiting > 0); };
window.addEventListener("beforeunload", (e) => { if (waiting > 0) e.preventDefault(); });

document.addEventListener("submit", (e) => {
  const f = e.target as HTMLFormElement;
  if (f !== form() || e.defaultPrevented || e.submitter?.hasAttribute("data-alone")) return;
  const next = f.dataset.ahead?.split(" ")[0];
  const kept = next ? ahead.get(bare(next)) : undefined;
  if (!next || !kept) return; // the form goes by itself
  e.preventDefault();
  if (f.dataset.sent) return;
  f.dataset.sent = "1";
  const body = new URLSearchParams(new FormData(f, e.submitter as HTMLElement) as unknown as Record<string, string>);
  const to = f.action;
  count(1);
  const sent = sending.then(() => fetch(to, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true }));
  sending = sent.then(async (r) => {
    const text = await r.text();
    await kept; // it is shown by now
    if (!r.ok) { // what was refused is told on the page of its pair
      show(text, bare(to));
      return;
    }
    const said = new DOMParser().parseFromString(html(text), "text/html");
    for (const id of ["last", "running"]) { // whichever pair is looked at by now
      const now = said.getElementById(id);
      if (now) document.getElementById(id)?.replaceWith(now);
    }
    if (bare(r.url) === bare(location.href)) history.replaceState(null, "", new URL(r.url).pathname + new URL(r.url).search);
  }).then(() => count(-1), () => { waiting = 0; location.assign(bare(to)); });
  void kept.then((text) => { if (text) show(text, next); else void sending.then(() => location.assign(next)); });
});

// Skipping shows what was fetched, too; what was said last can be taken back there still.
document.addEventListener("click", (e) => {
  const a = (e.target as Element).closest<HTMLAnchorElement>("form.verdicts a[rel='next']");
  if (!a || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
  const kept = ahead.get(bare(a.href));
  if (!kept) return;
  e.preventDefault();
  void kept.then((text) => {
    if (!text) return location.assign(a.href);
    const last = document.getElementById("last");
    show(text, bare(a.href));
    if (last) document.getElementById("last")?.replaceWith(last);
  });
});

window.addEventListener("popstate", () => { if (form() || location.pathname.startsWith("/review/")) location.reload(); });
fetchAhead();
