// Citing what is selected on a page of a document. The text is never touched: what a
// selection covers is told to the form as characters of the page.

// place is the character of the page at a point of the document, or -1. Offsets count
// characters as the server does, by code points.
function place(node: Node, offset: number): number {
  const el = node instanceof Element ? node : node.parentElement;
  const piece = el?.closest<HTMLElement>("[data-start]");
  if (!piece) return -1;
  const before = document.createRange();
  before.selectNodeContents(piece);
  before.setEnd(node, offset);
  return Number(piece.dataset.start) + [...before.toString()].length;
}

// selected fills the form with what is selected, and says whether there was anything.
function selected(form: HTMLFormElement): boolean {
  const s = getSelection();
  if (!s || s.isCollapsed || s.rangeCount === 0) return false;
  const r = s.getRangeAt(0);
  const within = (r.commonAncestorContainer instanceof Element ? r.commonAncestorContainer : r.commonAncestorContainer.parentElement)?.closest("[data-page]");
  if (!within) return false;
  const start = place(r.startContainer, r.startOffset), end = place(r.endContainer, r.endOffset);
  if (start < 0 || end <= start) return false;
  (form.elements.namedItem("span") as HTMLInputElement).value = `${start},${end}`;
  (form.elements.namedItem("quote") as HTMLTextAreaElement).value = s.toString();
  return true;
}

document.addEventListener("selectionchange", () => {
  const form = document.querySelector<HTMLFormElement>("form[data-cite]");
  if (form && !form.contains(document.activeElement)) selected(form);
});

// Words that are written count by themselves, not by where others stood.
document.addEventListener("input", (e) => {
  const form = (e.target as Element).closest<HTMLFormElement>("form[data-cite]");
  if (form && (e.target as HTMLElement).id === "quote") (form.elements.namedItem("span") as HTMLInputElement).value = "";
});
