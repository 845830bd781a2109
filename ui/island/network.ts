// <overt-network>: a large network, drawn by a module that is loaded with it.
class NetworkElement extends HTMLElement {
  private end?: () => void;
  async connectedCallback() {
    try {
      const module = await import(this.dataset.module!) as { draw(el: HTMLElement): () => void };
      if (this.isConnected) this.end = module.draw(this);
    } catch (e) { // no WebGL here
      this.querySelector("[data-failed]")?.removeAttribute("hidden");
      this.querySelector(".canvas")?.remove();
      console.warn("the network could not be drawn:", e);
    }
  }
  disconnectedCallback() { this.end?.(); }
}
customElements.define("overt-network", NetworkElement);
