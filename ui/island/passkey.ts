// Passkeys: a form that is marked data-passkey is sent with what the browser's
// credentials answer to its options.
type JSONOptions = { publicKey: PublicKeyCredentialRequestOptionsJSON & PublicKeyCredentialCreationOptionsJSON };

async function answer(form: HTMLFormElement): Promise<PublicKeyCredential | null> {
  const { publicKey } = JSON.parse(form.dataset.options!) as JSONOptions;
  const got = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  return got as PublicKeyCredential | null;
}

document.addEventListener("submit", async (e) => {
  const form = e.target as HTMLFormElement;
  if (!form.dataset.passkey) return;
  e.preventDefault();
  const said = form.querySelector<HTMLElement>("[data-passkey-said]")!;
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    said.textContent = form.dataset.none!;
    return;
  }
  said.textContent = "";
  try {
    const got = await answer(form);
    if (!got) throw new Error();
    form.querySelector<HTMLInputElement>("[name=answer]")!.value = JSON.stringify(got.toJSON());
    form.submit();
  } catch {
    said.textContent = form.dataset.failed!; // the reader stopped, or there is none
  }
});
