// Under the grid: which totals a change moved, or why it was refused and the ways out.
import { editable, exactly, precise, type Sent, shown, type Unit } from "./amounts";
import type { Again, Changes } from "./changes";
import { filled, type LockJson, type Moved, type Refusal, type Texts } from "./config";
import { element } from "./drawing";

export class Result {
  private readonly panel = document.querySelector<HTMLElement>('[data-grid="result"]');

  constructor(
    private readonly changes: Changes,
    private readonly text: Texts,
    private readonly unit: Unit,
    private readonly version: () => number,
    private readonly reload: () => void,
  ) {}

  private show(kind: string, title: string, ...parts: HTMLElement[]): void {
    const card = element("div", `card grid-result-card is-${kind}`);
    const head = element("div", "grid-result-head");
    const words = element("strong", "");
    words.textContent = title;
    head.append(words, this.press(this.text["close"] ?? "", () => this.clear(), "btn-ghost-secondary"));
    card.append(head, ...parts);
    this.panel?.replaceChildren(card);
  }

  private said(sent: Sent): string {
    return precise(exactly(sent), this.unit, this.text["yuan"]);
  }

  clear(): void {
    this.panel?.replaceChildren();
  }

  private press(words: string, act: () => void, look = "btn-outline-secondary"): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `btn btn-sm ${look}`;
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }

  moved({ shifts }: Moved): void {
    if (shifts.length === 0) return this.clear();
    const rows = shifts.map(([label, before, after]) => {
      const [was, now] = [exactly(before), exactly(after)];
      return [label, shown(was, this.unit), shown(now, this.unit), `${now > was ? "+" : ""}${shown(now - was, this.unit)}`];
    });
    const heads = ["node", "before", "after", "change"].map((name) => this.text[name] ?? "");
    this.show("shifts", `${this.text["shifts"]}（${this.unit.word}）`, this.table(heads, rows));
  }

  private table(heads: string[], rows: string[][]): HTMLElement {
    const holder = element("div", "table-responsive");
    const table = element("table", "table table-sm mb-0") as HTMLTableElement;
    const head = table.createTHead().insertRow();
    heads.forEach((words, at) => {
      const cell = element("th", at > 0 && heads.length > 2 ? "text-end" : "");
      cell.textContent = words;
      head.append(cell);
    });
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      row.forEach((words, at) => {
        const cell = line.insertCell();
        cell.textContent = words;
        if (at > 0 && heads.length > 2) cell.className = "text-end num";
      });
    }
    holder.append(table);
    return holder;
  }

  /** A refusal with a way out of it, or with more to say than fits the bar; any refusal where there is no bar. */
  refused(refusal: Refusal, again: Again | null, hasBar: boolean): void {
    if (refusal.conflict && again) this.conflict(refusal.conflict, again);
    else if (refusal.stale && again) this.stale(refusal.stale, again);
    else if (refusal.wrong) {
      const heads = [this.text["wrong"] ?? "", this.text["reason"] ?? ""];
      this.show("refused", refusal.message, this.table(heads, refusal.wrong.map((one) => [one.label, one.message])));
    } else if (refusal.isLost && again) {
      this.show("refused", refusal.message, this.press(this.text["retry"] ?? "", () => void again(), "btn-primary"));
    } else if (hasBar) return this.clear();
    else this.show("refused", refusal.message);
    this.panel?.scrollIntoView({ block: "nearest" });
  }

  private conflict(found: NonNullable<Refusal["conflict"]>, again: Again): void {
    const amount = (sent: Sent) => this.said(sent);
    const list = element("ul", "grid-conflict");
    const add = (words: string, ...buttons: HTMLElement[]) => {
      const item = element("li", "");
      item.append(`${words} `, ...buttons);
      list.append(item);
    };
    for (const lock of found.locks) {
      const { owner, label, reason } = lock;
      add(filled(this.text["conflict_lock"], { owner, label, reason, held: amount(lock.held) }), this.unlock(lock, again));
    }
    if (found.kept) {
      const { label, value } = found.kept;
      const switched = found.other_rule;
      const ways = switched ? [this.press(this.text["use_rule"] ?? "", () => void again(this.version(), switched))] : [];
      add(filled(this.text["conflict_rule"], { label, value: amount(value) }), ...ways);
    }
    if (found.floor) add(found.floor);
    const nearest = exactly(found.nearest);
    const words = filled(this.text["use_nearest"], { value: amount(found.nearest) });
    const way = this.press(words, () => void again(this.version(), undefined, editable(nearest, this.unit)), "btn-primary");
    this.show("refused", filled(this.text["conflict"], { label: found.label, value: amount(found.value) }), list, way);
  }

  private unlock(lock: LockJson, again: Again): HTMLElement {
    if (!lock.may_unlock) {
      const words = element("span", "text-secondary");
      words.textContent = this.text["not_yours"] ?? "";
      return words;
    }
    return this.press(this.text["unlock"] ?? "", () => {
      void this.changes.send("POST", "unlock", { lock: lock.pk }).then((made) => made && again(this.version()));
    });
  }

  private stale(found: NonNullable<Refusal["stale"]>, again: Again): void {
    const [typed, theirs] = [this.said(found.typed), this.said(found.theirs)];
    const same = editable(exactly(found.typed), this.unit);
    const ways = element("div", "grid-conflict");
    ways.append(
      this.press(filled(this.text["keep_mine"], { typed }), () => void again(found.version, undefined, same)),
      this.press(this.text["keep_theirs"] ?? "", () => {
        this.clear();
        this.reload();
      }),
    );
    this.show("refused", filled(this.text["stale"], { label: found.label, theirs, typed }), ways);
  }
}
