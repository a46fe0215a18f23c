// The cells of a sheet as a person sees them, and how they get to the server and what it says.
// Nothing typed is lost: what is not saved stays here, is said, and is tried again.
"use strict";

window.junheng = window.junheng || {};

(() => {
  const TOGETHER = 500; // cells in one request
  const PAUSE = 500; // milliseconds without typing before a save
  const COUNTED = "\u001e"; // between a school and the number of its row
  const KIND = "kind"; // the element that says what a school is
  const WAITS = [2, 5, 10, 20, 30]; // seconds between attempts when the server cannot be reached

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  class Store {
    constructor(data, urls, token) {
      this.data = data;
      this.urls = urls;
      this.token = token;
      this.columns = new Map(data.columns.map((one) => [one.id, one]));
      this.rows = new Map();
      this.order = [];
      this.cells = new Map();
      this.listeners = [];
      this.state = { kind: "idle" };
      this.attempt = 0;
      for (const row of data.rows) this.insert(row);
      this.kept = `junheng-grid:${data.who}:${data.round}:${data.table}:${data.school}`;
      this.restore();
    }

    insert(row) {
      this.rows.set(row.key, row);
      this.order.push(row.key);
    }

    // Add a row to a sheet whose rows are counted; false where there can be none of that key.
    add(key) {
      const [school, number] = key.split(COUNTED);
      if (!this.data.counted || !number) return false;
      const like = [...this.rows.values()].find((row) => row.school === school);
      const heads = this.data.ofSchools ? [school, this.data.names[school] ?? ""] : [];
      this.insert({
        key, school, values: {}, last: {}, peers: like?.peers ?? {}, off: [],
        locked: this.data.locks[school] ?? "", open: [], heads: [...heads, number],
      });
      return true;
    }

    // ------------------------------------------------------------ cells

    cell(row, element) {
      const key = `${row}\u0000${element}`;
      let cell = this.cells.get(key);
      if (!cell) {
        const saved = this.rows.get(row)?.values[element] ?? "";
        cell = { row, element, saved, text: saved, state: "saved", remarks: [] };
        this.cells.set(key, cell);
      }
      return cell;
    }

    words(element, text) {
      const choice = this.columns.get(element).choices.find(([code]) => code === text);
      return choice ? choice[1] : text;
    }

    editable(row, element) {
      const known = this.rows.get(row);
      if (!this.data.editable || !known) return false;
      if (known.locked && !known.open.includes(element)) return false;
      return !known.off.includes(element) || Boolean(this.cell(row, element).text);
    }

    // Put texts into cells; return what they held before, for who wants it back.
    put(changes) {
      const before = [];
      for (const { row, element, text } of changes) {
        const cell = this.cell(row, element);
        if (cell.text === text || !this.editable(row, element)) continue;
        before.push({ row, element, text: cell.text });
        cell.text = text;
        cell.readAs = "";
        if (cell.state !== "conflict") cell.state = text === cell.saved ? "saved" : "dirty";
        if (this.inFlight?.has(cell)) cell.state = "dirty"; // what was sent may arrive yet
        this.tell("cell", cell);
      }
      if (before.length) this.schedule();
      return before;
    }

    resolve(cell, mine) {
      cell.saved = cell.standing ?? "";
      if (!mine) cell.text = cell.saved;
      cell.state = cell.text === cell.saved ? "saved" : "dirty";
      this.tell("cell", cell);
      this.schedule(0);
    }

    count(...states) {
      let count = 0;
      for (const cell of this.cells.values()) if (states.includes(cell.state)) count += 1;
      return count;
    }

    get isClean() {
      return this.count("dirty", "refused", "conflict") === 0;
    }

    // ------------------------------------------------------------ saving

    schedule(pause = PAUSE) {
      this.keep();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), pause);
      this.report();
    }

    chosen() {
      // A refused cell goes along with others of its row: what it collided with may be right now.
      const dirty = [...this.cells.values()].filter((one) => one.state === "dirty").slice(0, TOGETHER);
      const rows = new Set(dirty.map((one) => one.row));
      const again = [...this.cells.values()].filter(
        (one) => one.state === "refused" && rows.has(one.row),
      );
      return dirty.length ? [...dirty, ...again] : [];
    }

    async save() {
      if (this.inFlight) return;
      const chosen = this.chosen();
      if (!chosen.length) {
        this.report();
        return;
      }
      clearTimeout(this.timer);
      this.inFlight = new Map(chosen.map((one) => [one, one.text]));
      this.trouble = null;
      this.report();
      const sent = chosen.map((one) => ({
        table: this.data.table, row: one.row, element: one.element,
        text: one.text, seen: one.saved === "" ? null : one.saved,
      }));
      const answer = await this.ask(this.urls.save, "cells", sent);
      const flown = this.inFlight;
      this.inFlight = null;
      if (answer.ok) {
        this.attempt = 0;
        this.take(answer.body, flown);
        if (this.count("dirty")) this.schedule(0);
      } else this.fail(answer);
      this.keep();
      this.report();
    }

    async ask(url, name, value) {
      const form = new URLSearchParams();
      form.set("csrfmiddlewaretoken", this.token);
      form.set(name, JSON.stringify(value));
      try {
        const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
        if (answer.type === "opaqueredirect") return { ok: false, why: this.data.words.signed_out };
        if (answer.status >= 500) return { ok: false, again: this.data.words.server };
        const isJson = (answer.headers.get("Content-Type") || "").includes("json");
        if (!isJson) return { ok: false, why: this.data.words.signed_out };
        const body = await answer.json();
        return answer.ok ? { ok: true, body } : { ok: false, why: body.error };
      } catch {
        return { ok: false, again: this.data.words.offline };
      }
    }

    fail({ why, again }) {
      if (!again) {
        this.trouble = why;
        return;
      }
      const seconds = WAITS[Math.min(this.attempt, WAITS.length - 1)];
      this.attempt += 1;
      this.trouble = filled(again, { seconds });
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), seconds * 1000);
    }

    take(body, flown) {
      const rows = new Set();
      for (const one of body.cells) {
        const cell = this.cell(one.row, one.element);
        const sent = flown.get(cell);
        rows.add(one.row);
        if (one.state === "saved") this.settle(cell, one, sent);
        else if (one.state === "refused" && cell.text === sent) {
          Object.assign(cell, { state: "refused", why: one.why, fix: one.fix });
        } else if (one.state === "conflict") {
          Object.assign(cell, { state: "conflict", standing: one.standing, by: one.by, at: one.at });
        }
      }
      for (const one of body.along) {
        if (one.table !== this.data.table || !this.columns.has(one.element)) continue;
        const cell = this.cell(one.row, one.element);
        if (this.rows.has(one.row)) this.settle(cell, { value: one.value, readAs: "" }, cell.text);
      }
      for (const cell of this.cells.values()) if (rows.has(cell.row)) cell.remarks = [];
      for (const one of body.remarks) {
        if (one.table === this.data.table && rows.has(one.row) && this.columns.has(one.element)) {
          this.cell(one.row, one.element).remarks.push(one);
        }
      }
      for (const cell of this.cells.values()) if (rows.has(cell.row)) this.tell("cell", cell);
    }

    settle(cell, one, sent) {
      cell.saved = one.value ?? "";
      this.rows.get(cell.row).values[cell.element] = cell.saved;
      if (cell.element === KIND) this.askOf(this.rows.get(cell.row), cell.saved);
      if (cell.text === sent) {
        Object.assign(cell, { text: cell.saved, state: "saved", readAs: one.readAs });
      } else cell.state = cell.text === cell.saved ? "saved" : "dirty";
    }

    // What a school is asked for goes by its kind.
    askOf(row, kind) {
      row.off = this.data.columns
        .filter((one) => kind !== "" && one.kinds.length && !one.kinds.includes(kind))
        .map((one) => one.id);
      for (const one of this.data.columns) this.tell("cell", this.cell(row.key, one.id));
    }

    // ------------------------------------------------------------ what is said of it

    report() {
      const words = this.data.words;
      const dirty = this.count("dirty");
      const told = [];
      let kind = "saved";
      if (this.inFlight) [kind] = ["saving", told.push(filled(words.saving, { count: this.inFlight.size }))];
      else if (this.trouble && dirty) {
        [kind] = ["trouble", told.push(filled(words.unsaved, { count: dirty, why: this.trouble }))];
      } else if (dirty) [kind] = ["waiting", told.push(filled(words.waiting, { count: dirty }))];
      for (const state of ["refused", "conflict"]) {
        const count = this.count(state);
        if (count) told.push(filled(words[state], { count }));
        if (count && kind === "saved") kind = "trouble";
      }
      if (!told.length) told.push(this.touched ? words.all_saved : words.nothing_yet);
      if (this.inFlight || dirty) this.touched = true;
      this.tell("state", { kind, text: told.join("；"), canRetry: Boolean(this.trouble && dirty) });
    }

    listen(listener) {
      this.listeners.push(listener);
    }

    tell(what, about) {
      for (const listener of this.listeners) listener(what, about);
    }

    // ------------------------------------------------------------ outlives a reload

    keep() {
      const left = [...this.cells.values()]
        .filter((one) => one.state !== "saved")
        .map(({ row, element, text, saved }) => ({ row, element, text, saved }));
      try {
        if (left.length) sessionStorage.setItem(this.kept, JSON.stringify(left));
        else sessionStorage.removeItem(this.kept);
      } catch { /* the page still holds them */ }
    }

    restore() {
      let left = [];
      try {
        left = JSON.parse(sessionStorage.getItem(this.kept) || "[]");
      } catch { /* nothing was kept */ }
      for (const { row, element, text, saved } of left) {
        if (!this.columns.has(element)) continue;
        if (!this.rows.has(row) && !this.add(row)) continue;
        const cell = this.cell(row, element);
        // Against what was seen when it was typed, so that a change meanwhile is noticed.
        Object.assign(cell, { text, saved, state: "dirty" });
      }
    }
  }

  Object.assign(window.junheng, { Store, filled });
})();
