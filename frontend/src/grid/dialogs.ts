// The small forms: a lock with its reason and last day, and on a phone one cell to change.
import { filled, type Texts } from "./config";
import { element } from "./drawing";

interface Field {
  name: string;
  label: string;
  type?: string;
  min?: string;
  isRequired?: boolean;
  options?: [string, string][];
}

/** The day here, as date fields write it. */
function today(): string {
  return new Date().toLocaleDateString("sv-SE");
}

export class Dialogs {
  constructor(private readonly text: Texts) {}

  lock(label: string, done: (said: Record<string, string>) => void): void {
    this.open(filled(this.text["lock_title"], { label }), done, [
      { name: "reason", label: this.text["reason"] ?? "", isRequired: true },
      { name: "expires_on", label: this.text["until"] ?? "", type: "date", min: today() },
    ]);
  }

  /** One cell; `outlook` comes to say what may be typed. */
  edit(label: string, outlook: Promise<string>, done: (said: Record<string, string>) => void): void {
    const rules: [string, string][] = [["none", this.text["rule_none"] ?? ""], ["total", this.text["rule_total"] ?? ""]];
    this.open(filled(this.text["edit_title"], { label }), done, [
      { name: "value", label: this.text["new_value"] ?? "", isRequired: true },
      { name: "rule", label: this.text["rule"] ?? "", options: rules },
      { name: "reason", label: this.text["reason"] ?? "" },
    ], outlook);
  }

  /** A form at the middle of the page, or at the foot of a narrow one. */
  private open(title: string, done: (said: Record<string, string>) => void, fields: Field[], hint?: Promise<string>): void {
    const dialog = document.createElement("dialog");
    dialog.className = "grid-dialog";
    dialog.setAttribute("aria-label", title);
    const form = document.createElement("form");
    form.method = "dialog";
    const head = element("h2", "grid-dialog-title");
    head.textContent = title;
    const buttons = element("div", "grid-dialog-buttons");
    buttons.append(this.button("cancel", "btn-ghost-secondary", true), this.button("confirm", "btn-primary"));
    const said = element("p", "text-secondary small");
    void hint?.then((words) => (said.textContent = words));
    form.append(head, ...(hint ? [said] : []), ...fields.map((field) => this.field(field)), buttons);
    dialog.append(form);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "confirm") done(Object.fromEntries(new FormData(form)) as Record<string, string>);
      dialog.remove();
    });
    dialog.showModal();
  }

  private field({ name, label, type, min, isRequired, options }: Field): HTMLElement {
    const line = element("label", "grid-dialog-field");
    const words = element("span", "form-label");
    words.textContent = label;
    const input = document.createElement(options ? "select" : "input");
    input.className = options ? "form-select" : "form-control";
    input.name = name;
    if (isRequired) input.required = true;
    if (input instanceof HTMLInputElement) {
      input.autocomplete = "off";
      input.maxLength = 300;
      if (type) input.type = type;
      if (min) input.min = min;
    } else for (const [value, words] of options ?? []) input.add(new Option(words, value));
    line.append(words, input);
    return line;
  }

  private button(value: "cancel" | "confirm", look: string, skips = false): HTMLElement {
    const button = document.createElement("button");
    button.className = `btn ${look}`;
    button.value = value;
    button.textContent = this.text[value] ?? "";
    button.formNoValidate = skips;
    return button;
  }
}
