// Dragging a claim to another state. It sends the form that the claim's buttons send:
// what the rules refuse is told by the page, and where a reason is asked it is asked here.
let card: HTMLElement | null = null;

const lane = (e: Event) => (card ? (e.target as Element).closest?.<HTMLElement>("[data-state]") : null);

document.addEventListener("dragstart", (e) => {
  card = (e.target as Element).closest?.<HTMLElement>("[data-claim][draggable='true']") ?? null;
  if (card) e.dataTransfer?.setData("text/plain", card.id);
});
document.addEventListener("dragend", () => { card = null; });
document.addEventListener("dragover", (e) => { if (lane(e)) e.preventDefault(); });
document.addEventListener("drop", (e) => {
  const to = lane(e)?.dataset.state;
  if (!card || !to) return;
  e.preventDefault();
  if (card.closest<HTMLElement>("[data-state]")?.dataset.state === to) return;
  const why = card.querySelector<HTMLDetailsElement>(`details[data-to="${CSS.escape(to)}"]`);
  if (why) {
    why.open = true;
    why.querySelector<HTMLElement>("[name=reason]")?.focus();
    return;
  }
  const form = card.querySelector<HTMLFormElement>("form.deed[action*='/move']");
  if (!form) return;
  const b = document.createElement("button");
  b.name = "state";
  b.value = to;
  b.hidden = true;
  form.append(b);
  form.requestSubmit(b);
});
