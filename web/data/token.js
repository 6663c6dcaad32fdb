// The token of HTTP_AUTH_TOKEN: asked for once per browser session, sent as a header, never part of an address.

import { h } from "../lib/dom.js";

const key = "volumeviz-token";
let asking = null;

export function token() {
  return sessionStorage.getItem(key) ?? "";
}

export function authorization() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

/** Resolves when a token other than `refused` is there. Calls that come while the dialog is open share it. */
export function ask_for_token(refused) {
  if (token() !== refused) return Promise.resolve();
  asking ??= show_dialog(refused !== "").finally(() => { asking = null; });
  return asking;
}

function show_dialog(was_wrong) {
  return new Promise(resolve => {
    const input = h("input", { type: "password", id: "token", required: true, autocomplete: "current-password", "aria-describedby": "token-hint" });
    const form = h("form", { method: "dialog" },
      h("h2", { id: "token-title" }, "This node asks for a token"),
      was_wrong && h("p", { class: "bad", role: "alert" }, "The node refused this token."),
      h("label", { for: "token" }, "Token"), input,
      h("p", { id: "token-hint", class: "quiet" },
        "It is the value of HTTP_AUTH_TOKEN on the node. This tab keeps it until you close it."),
      h("button", { type: "submit", class: "main" }, "Continue"));
    const dialog = h("dialog", { id: "token-dialog", "aria-labelledby": "token-title" }, form);
    form.addEventListener("submit", event => {
      event.preventDefault();
      sessionStorage.setItem(key, input.value.trim());
      dialog.close();
      dialog.remove();
      resolve();
    });
    dialog.addEventListener("cancel", event => event.preventDefault()); // nothing works without it
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}
