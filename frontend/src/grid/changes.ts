// Changes go to the server one after another; what it answers is shown, never what was hoped for.
import { toast } from "../page/toast";
import { type Config, filled, type Moved, type Place, type Refusal, type Texts } from "./config";
import type { GridModel } from "./model";
import { send } from "./server";
import type { GridTable } from "./table";

export interface Cell {
  place: Place;
  text?: string;
  amount?: string;
}

export interface Edit {
  place: Place;
  value: string;
  version: number;
  rule: string;
  reason: string;
}

/** Tries a change once more, with what is given instead of what was sent. */
export type Again = (version?: number, rule?: string, value?: string) => Promise<boolean>;

export class Changes {
  onDone: (moved: Moved) => void = () => {};
  onRefused: (refusal: Refusal, again: Again | null) => void = () => {};
  rule = () => "none";
  takeReason = () => "";
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly model: GridModel,
    private readonly table: GridTable,
    private readonly text: Texts,
  ) {}

  /** Sets one node to what was typed, by the rule and for the reason in the bar. */
  type(place: Place, value: string, version: number): Promise<boolean> {
    return this.edit({ place, value, version, rule: this.rule(), reason: this.takeReason() });
  }

  /** Sets one node; `done` is told once that was saved, at once or by a way out of a refusal. */
  async edit(said: Edit, done: () => void = () => {}): Promise<boolean> {
    const { place, ...rest } = said;
    const again: Again = (version = said.version, rule = said.rule, value = said.value) =>
      this.edit({ ...said, version, rule, value }, done);
    const made = await this.send("PATCH", "cells", { ...place, ...rest }, again);
    if (made) done();
    return made;
  }

  /** Sets many nodes as one operation. */
  block(cells: Cell[], kind: "paste" | "fill", version: number, reason = this.takeReason()): Promise<boolean> {
    const given = cells.map(({ place, ...said }) => ({ ...place, ...said }));
    return this.send("POST", "block", { cells: given, kind, reason, version }, () => this.block(cells, kind, version, reason));
  }

  step(name: "undo" | "redo"): Promise<boolean> {
    return this.send("POST", name, {});
  }

  /** One change; resolves to whether it was made. */
  send(method: string, url: keyof Config["urls"], body: object, again: Again | null = null): Promise<boolean> {
    const made = this.last.then(async () => {
      this.table.holder.setAttribute("aria-busy", "true");
      const asked = { ...body, show: this.table.asked };
      const answer = await send<Moved>(method, this.model.config.urls[url], asked, this.text);
      this.table.holder.removeAttribute("aria-busy");
      if (answer.refusal) {
        if (answer.refusal.isLost) this.table.reload();
        this.onRefused(answer.refusal, again);
        return false;
      }
      this.model.expire();
      this.table.take(answer.done.piece);
      this.onDone(answer.done);
      if (answer.done.cells_changed) toast(filled(this.text["saved"], { n: answer.done.cells_changed.toLocaleString() }));
      requestAnimationFrame(() => document.body.dispatchEvent(new Event("targets:changed")));
      return true;
    });
    this.last = made;
    return made;
  }
}
