// <overt-palette>: Ctrl-K lists where the page can lead, found by what is typed. What
// it lists are the links and buttons that the page has, so it can do no more.
import { html, LitElement } from "lit";

interface Way { label: string; key: string; el: HTMLElement }

class Palette extends LitElement {
  static properties = { word: { state: true }, chosen: { state: true } };
  declare word: string;
  declare chosen: number;
  private ways: Way[] = [];

  constructor() {
    super();
    this.word = "";
    this.chosen = 0;
  }
  createRenderRoot() { return this; } // in the page itself, under its style
  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.called);
  }
  disconnectedCallback() {
    document.removeEventListener("keydown", this.called);
    super.disconnectedCallback();
  }

  private called = (e: KeyboardEvent) => {
    if (e.key.toLowerCase() !== "k" || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return;
    e.preventDefault();
    this.ways = [...document.querySelectorAll<HTMLElement>("header a[href], main a[href]:not(.chip), main button, footer button, nav a[href]")]
      .filter((el) => !this.contains(el) && el.offsetParent !== null && el.textContent?.trim())
      .map((el) => ({ label: el.textContent!.trim().replace(/\s+/g, " ").slice(0, 120), key: el.dataset.key ?? "", el }));
    this.word = "";
    this.chosen = 0;
    this.requestUpdate(); // the word may be what it was
    this.dialog?.showModal();
    this.querySelector("input")?.focus();
  };
  private get dialog() { return this.querySelector("dialog"); }
  private get found(): Way[] {
    const words = this.word.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return this.ways.filter((w) => words.every((x) => w.label.toLocaleLowerCase().includes(x))).slice(0, 12);
  }
  private go(w?: Way) {
    this.dialog?.close();
    w?.el.focus();
    w?.el.click();
  }
  private key(e: KeyboardEvent) {
    const n = this.found.length;
    if (e.key === "ArrowDown") this.chosen = (this.chosen + 1) % Math.max(n, 1);
    else if (e.key === "ArrowUp") this.chosen = (this.chosen + n - 1) % Math.max(n, 1);
    else if (e.key === "Enter") this.go(this.found[this.chosen]);
    else return;
    e.preventDefault();
  }
  render() {
    const label = this.dataset.label ?? "";
    const found = this.found;
    return html`<dialog class="palette" aria-label=${label}>
      <div class="field">
        <label for="palette-word">${label}</label>
        <input id="palette-word" type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off"
          aria-activedescendant=${found.length ? `palette-${this.chosen}` : ""} .value=${this.word}
          @input=${(e: InputEvent) => { this.word = (e.target as HTMLInputElement).value; this.chosen = 0; }} @keydown=${this.key}>
      </div>
      <ul class="plain ways" id="palette-list" role="listbox" aria-label=${label}>${found.map((w, i) => html`
        <li id="palette-${i}" role="option" aria-selected=${i === this.chosen} @click=${() => this.go(w)}><bdi>${w.label}</bdi>${w.key ? html`<kbd>${w.key}</kbd>` : ""}</li>`)}
      </ul>
    </dialog>`;
  }
}
customElements.define("overt-palette", Palette);
