// Files dropped on a form are sent by it, and so are those that were chosen; an import
// that is under way is told of as it goes on. Without this, buttons and links do it.
import { put } from "./fragment";

const target = (e: Event) => (e.target as Element).closest?.<HTMLFormElement>("form[data-drop]") ?? document.querySelector<HTMLFormElement>("form[data-drop]");
const files = (e: DragEvent) => [...(e.dataTransfer?.types ?? [])].includes("Files");

document.addEventListener("dragover", (e) => {
  const form = files(e) ? target(e) : null;
  if (!form) return;
  e.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (e) => { if (!e.relatedTarget) target(e)?.classList.remove("over"); });
document.addEventListener("drop", (e) => {
  const form = files(e) ? target(e) : null;
  const input = form?.querySelector<HTMLInputElement>("input[type=file]");
  if (!form || !input || !e.dataTransfer?.files.length) return;
  e.preventDefault();
  form.classList.remove("over");
  input.files = e.dataTransfer.files;
  form.requestSubmit();
});
document.addEventListener("change", (e) => {
  const input = e.target as HTMLInputElement;
  if (input.type === "file" && input.files?.length) input.closest<HTMLFormElement>("form[data-drop]")?.requestSubmit();
});

const job = document.querySelector<HTMLElement>("#job[data-events]");
if (job) {
  const events = new EventSource(job.dataset.events!);
  events.addEventListener("state", (e) => put(job, e.data));
  events.addEventListener("over", () => { events.close(); location.reload(); });
}
