// Writing a report: Ctrl-K finds what can be cited and puts it in where the cursor is; a
// point of the check list leads to its place in the text. Without it the same is a list to
// copy from, and points lead into the preview.
const desk = (of: Element | null) => of?.closest<HTMLElement>("[data-report]") ?? null;
const text = (d: HTMLElement) => d.querySelector<HTMLTextAreaElement>("textarea[name=text]");
const find = (d: HTMLElement) => d.querySelector<HTMLInputElement>("[data-citables] .find");
const shown = (d: HTMLElement) => [...d.querySelectorAll<HTMLElement>("[data-token]")].filter((b) => !b.parentElement?.hidden);

// select marks a place of the text and brings it into sight.
function select(t: HTMLTextAreaElement, start: number, end: number): void {
  t.focus();
  t.setSelectionRange(start, end);
  const line = t.value.slice(0, start).split("\n").length;
  t.scrollTop = Math.max(0, (line / t.value.split("\n").length) * t.scrollHeight - t.clientHeight / 2);
}

function put(d: HTMLElement, word: string): void {
  const t = text(d);
  if (!t) return;
  const before = t.value.slice(0, t.selectionEnd), alone = word.includes(" "); // a view stands on a line of its own
  const lead = alone ? (before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n") : before === "" || /\s$/.test(before) ? "" : " ";
  t.setRangeText(lead + word + (alone ? "\n\n" : ""), t.selectionEnd, t.selectionEnd, "end");
  t.focus();
  t.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (e) => {
  const d = desk(e.target as Element);
  if (!d) return;
  if (e.key.toLowerCase() === "k" && (e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey) {
    const f = find(d), list = d.querySelector<HTMLDetailsElement>("[data-citables]");
    if (!f || !list) return;
    e.preventDefault();
    e.stopPropagation(); // the page's own Ctrl-K is another
    list.open = true;
    f.hidden = false;
    f.value = "";
    f.dispatchEvent(new Event("input", { bubbles: true }));
    f.focus();
    return;
  }
  const at = e.target as HTMLElement, list = shown(d), i = list.indexOf(at);
  if (at !== find(d) && i < 0) return;
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    e.preventDefault();
    (list[i + (e.key === "ArrowDown" ? 1 : -1)] ?? find(d))?.focus();
  } else if (e.key === "Enter" && i < 0) {
    e.preventDefault();
    if (list[0]) put(d, list[0].dataset.token ?? "");
  } else if (e.key === "Escape") {
    e.stopPropagation();
    text(d)?.focus();
  }
}, true);

document.addEventListener("input", (e) => {
  const d = desk(e.target as Element);
  if (!d || e.target !== find(d)) return;
  const words = find(d)!.value.toLowerCase().split(/\s+/);
  d.querySelectorAll<HTMLElement>("[data-token]").forEach((b) => {
    const has = (b.textContent ?? "").toLowerCase();
    b.parentElement!.hidden = !words.every((w) => has.includes(w));
  });
});

document.addEventListener("click", (e) => {
  const d = desk(e.target as Element);
  if (!d) return;
  const token = (e.target as Element).closest<HTMLElement>("[data-token]")?.dataset.token;
  if (token) put(d, token);
  const place = (e.target as Element).closest<HTMLElement>("[data-line]"), t = text(d);
  if (!place || !t) return;
  e.preventDefault();
  const lines = t.value.split("\n"), n = Number(place.dataset.line) - 1;
  const start = lines.slice(0, n).reduce((sum, l) => sum + l.length + 1, 0);
  select(t, start, start + (lines[n]?.length ?? 0));
});

// What is written and not kept is not lost by a wrong press.
let sent = false;
document.addEventListener("submit", () => { sent = true; });
addEventListener("beforeunload", (e) => {
  const t = document.querySelector<HTMLTextAreaElement>("[data-report] textarea[name=text]");
  if (!sent && t && t.value !== t.defaultValue) e.preventDefault();
});
