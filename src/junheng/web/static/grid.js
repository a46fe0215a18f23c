// A sheet to fill in: Tabulator draws it and moves about in it; typing, pasting and taking back
// are here, and what becomes of a cell is the store's business.
"use strict";

(() => {
  const { Store, filled } = window.junheng;
  const root = document.getElementById("grid");
  const data = JSON.parse(document.getElementById("grid-data").textContent);
  const words = data.words;
  const token = document.querySelector("#grid-token input").value;
  const store = new Store(data, { save: root.dataset.save, remove: root.dataset.delete }, token);

  // A few rows are easier to read upright: an element a line, with room for what belongs to it.
  const FEW = 3;
  const few = !data.counted && data.rows.length > 0 && data.rows.length <= FEW;
  const upright = data.form || (few && (data.school !== "" || !data.ofSchools));
  const lines = upright
    ? data.columns.map((one) => ({ line: one.id }))
    : store.order.map((key) => ({ line: key }));

  // ---------------------------------------------------------------- places

  const across = () => (upright ? store.order : data.columns.map((one) => one.id));
  const cellOf = (line, one) => (upright ? store.cell(one, line) : store.cell(line, one));
  const cellAt = (i, j) => {
    const line = lines[i];
    const one = across()[j];
    return line && one !== undefined ? cellOf(line.line, one) : null;
  };
  const bounds = () => {
    const range = grid.getRanges()[0];
    if (!range) return null;
    return {
      top: range.getTopEdge(), bottom: range.getBottomEdge(),
      left: Math.max(range.getLeftEdge() - 1, 0), right: Math.max(range.getRightEdge() - 1, 0),
    };
  };
  const active = () => {
    const at = grid.modules.selectRange.activeRange;
    return at ? { i: at.start.row, j: Math.max(at.start.col - 1, 0) } : null;
  };
  const activeCell = () => {
    const at = active();
    return at ? cellAt(at.i, at.j) : null;
  };
  const component = (i, j) => grid.getRowFromPosition(i + 1)?.getCells()[j + 1];
  const go = (direction) => grid.modules.selectRange.navigate(false, false, direction);
  const focus = () => root.querySelector(".tabulator-tableholder").focus();

  // ---------------------------------------------------------------- how a cell looks

  const drawn = new Map(); // the element each cell was drawn into last

  const node = (tag, text, className) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const number = (value) => Number(value).toLocaleString("zh-CN", { maximumFractionDigits: 2 });
  const asWords = (column, text) => {
    const told = store.words(column.id, text);
    return column.number && told !== "" && column.unit !== "" && Number.isFinite(Number(told))
      ? number(told) : told;
  };
  const beside = (cell, column) => {
    const row = store.rows.get(cell.row);
    const told = [];
    const last = row.last[cell.element];
    if (last !== undefined) told.push(filled(words.last, { value: asWords(column, last) }));
    const peer = row.peers[cell.element];
    if (peer !== undefined) told.push(filled(words.peers, { value: number(peer) }));
    return told.join("　");
  };

  const paint = (cell) => {
    const element = drawn.get(cell);
    if (!element) return;
    const column = store.columns.get(cell.element);
    const row = store.rows.get(cell.row);
    const off = row.off.includes(cell.element);
    element.className = "grid-cell";
    element.classList.toggle("is-number", column.number);
    element.classList.toggle("is-off", off && !cell.text);
    element.classList.toggle("is-locked", Boolean(row.locked) && !row.open.includes(cell.element));
    element.classList.toggle("is-remarked", cell.remarks.length > 0);
    for (const state of ["dirty", "refused", "conflict"]) {
      element.classList.toggle(`is-${state}`, cell.state === state);
    }
    const shown = cell.state === "saved" ? asWords(column, cell.text) : store.words(column.id, cell.text);
    const note = off && !cell.text ? words.not_asked : beside(cell, column);
    element.replaceChildren(node("span", shown), ...(note ? [node("small", note)] : []));
    if (cell.state === "refused") element.append(node("small", cell.why));
  };

  const formatter = (cell) => {
    const about = cellOf(cell.getData().line, cell.getField());
    drawn.set(about, node("div"));
    paint(about);
    return drawn.get(about);
  };

  // ---------------------------------------------------------------- changes, and back

  const past = [];
  const future = [];
  const change = (changes) => {
    const before = store.put(changes);
    if (!before.length) return;
    const after = before.map((one) => ({ ...one, text: store.cell(one.row, one.element).text }));
    past.push({ before, after });
    future.length = 0;
  };
  const back = (from, to, side) => {
    const step = from.pop();
    if (!step) return;
    to.push(step);
    const changes = step[side].filter((one) => store.rows.has(one.row));
    store.put(changes);
    const first = changes[0];
    if (first) select(first.row, first.element);
  };
  const undo = () => back(past, future, "before");
  const redo = () => back(future, past, "after");

  const select = (row, element) => {
    const [line, one] = upright ? [element, row] : [row, element];
    const i = lines.findIndex((known) => known.line === line);
    const j = across().indexOf(one);
    const at = component(i, j);
    if (!at) return;
    grid.scrollToRow(at.getRow(), "nearest", false).catch(() => {});
    grid.scrollToColumn(at.getColumn(), "middle", false).catch(() => {});
    grid.getRanges()[0]?.setBounds(at, at);
    focus();
    detail();
  };

  // ---------------------------------------------------------------- typing

  let typed = null; // the key that began it

  const editor = (component, onRendered, _success, cancel) => {
    const cell = cellOf(component.getData().line, component.getField());
    const column = store.columns.get(cell.element);
    const box = column.choices.length ? chooser(column, cell) : node("input");
    box.setAttribute("aria-label", column.label);
    if (!column.choices.length) {
      box.value = typed ?? cell.text;
      box.autocomplete = "off";
      if (column.number) box.inputMode = "decimal";
    }
    const select = typed === null && !column.choices.length;
    typed = null;
    onRendered(() => {
      box.focus();
      if (select) box.select();
    });
    let done = false;
    const finish = (keep, direction) => {
      if (done) return;
      done = true;
      const text = box.value;
      cancel();
      if (keep) change([{ row: cell.row, element: cell.element, text }]);
      if (direction) go(direction);
    };
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const direction = { Enter: event.shiftKey ? "up" : "down", Tab: event.shiftKey ? "left" : "right" };
      if (event.key in direction) {
        event.preventDefault();
        finish(true, direction[event.key]);
      } else if (event.key === "Escape") finish(false);
      event.stopPropagation();
    });
    box.addEventListener("blur", () => finish(true));
    return box;
  };

  const chooser = (column, cell) => {
    const box = node("select");
    box.append(new Option(words.blank, ""));
    for (const [code, word] of column.choices) box.append(new Option(word, code));
    box.value = cell.text;
    if (box.value !== cell.text) {
      box.append(new Option(cell.text, cell.text, true, true)); // as it was typed or pasted
    }
    return box;
  };

  const begin = (text) => {
    const at = active();
    const cell = activeCell();
    if (!cell || !store.editable(cell.row, cell.element)) return;
    typed = text;
    component(at.i, at.j)?.edit(true);
  };

  const selected = () => {
    const at = bounds();
    if (!at) return [];
    const found = [];
    for (let i = at.top; i <= at.bottom; i += 1) {
      const line = [];
      for (let j = at.left; j <= at.right; j += 1) line.push(cellAt(i, j));
      found.push(line);
    }
    return found;
  };

  let leaving = false; // after Escape the Tab key leaves the sheet

  const keys = {
    z: (event) => (event.shiftKey ? redo() : undo()),
    y: () => redo(),
  };
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select")) return;
    if (event.ctrlKey || event.metaKey) {
      const known = keys[event.key.toLowerCase()];
      if (known && data.editable) {
        event.preventDefault();
        event.stopPropagation();
        known(event);
      }
      return;
    }
    if (event.key === "Tab") {
      const at = active();
      const last = event.shiftKey ? at?.j === 0 : at?.j === across().length - 1;
      if (leaving || !at || last || !event.target.matches(".tabulator-tableholder")) {
        event.stopPropagation(); // the browser moves on, the sheet stays where it is
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      go(event.shiftKey ? "left" : "right");
      detail();
      return;
    }
    leaving = event.key === "Escape";
    if (!data.editable || !event.target.matches(".tabulator-tableholder")) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      change(selected().flat().filter(Boolean).map(({ row, element }) => ({ row, element, text: "" })));
    } else if (event.key === "F2" || event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      begin(null);
    } else if (event.key === "Process" || event.key.length === 1) {
      if (event.key.length === 1) event.preventDefault();
      event.stopPropagation();
      begin(event.key.length === 1 ? event.key : "");
    }
  }, true);

  // ---------------------------------------------------------------- to and from Excel

  // Cells apart by tabs, lines by line ends; a cell with either stands in quotes.
  const table = (text) => {
    const found = [[]];
    const cell = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r\n|\n|\r|$)/gy;
    for (let match = cell.exec(text); match; match = cell.exec(text)) {
      const quoted = match[1].startsWith('"') && match[1].endsWith('"') && match[1].length > 1;
      found.at(-1).push((quoted ? match[1].slice(1, -1).replaceAll('""', '"') : match[1]).trim());
      if (match[2] === "") break;
      if (match[2] !== "\t") found.push([]);
    }
    if (found.length > 1 && found.at(-1).join("") === "" && found.at(-1).length === 1) found.pop();
    return found;
  };
  // A pasted number may carry the marks of thousands; the server reads the rest as a workbook's.
  const paste = (text) => {
    const at = bounds();
    if (!at) return;
    const pasted = table(text);
    const one = pasted.length === 1 && pasted[0].length === 1;
    const changes = [];
    let beyond = 0;
    const missing = one ? 0 : at.top + pasted.length - lines.length;
    if (data.counted && missing > 0) addLines(missing);
    const put = (i, j, value) => {
      const cell = cellAt(i, j);
      if (cell) changes.push({ row: cell.row, element: cell.element, text: coded(cell.element, value) });
      else beyond += 1;
    };
    if (one) {
      for (let i = at.top; i <= at.bottom; i += 1) {
        for (let j = at.left; j <= at.right; j += 1) put(i, j, pasted[0][0]);
      }
    } else pasted.forEach((line, i) => line.forEach((value, j) => put(at.top + i, at.left + j, value)));
    change(changes);
    if (beyond) say(filled(words.pasted_less, { count: beyond }));
  };
  const coded = (element, value) => {
    const choice = store.columns.get(element).choices.find(([, word]) => word === value);
    return choice ? choice[0] : value;
  };
  const isHere = () => root.contains(document.activeElement);
  document.addEventListener("paste", (event) => {
    if (!isHere() || !data.editable) return;
    const text = event.clipboardData.getData("text/plain");
    const isTyping = document.activeElement.matches("input, select");
    if (isTyping && !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    if (isTyping) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    paste(text);
  });
  document.addEventListener("copy", (event) => {
    if (!isHere() || document.activeElement.matches("input, select")) return;
    const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const text = selected()
      .map((line) => line.map((cell) => (cell ? quoted(store.words(cell.element, cell.text)) : "")).join("\t"))
      .join("\r\n");
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });

  // ---------------------------------------------------------------- rows

  const addLines = (count) => {
    const school = store.rows.get(activeCell()?.row)?.school ?? data.school;
    const own = store.order.map((key) => store.rows.get(key)).filter((row) => row.school === school);
    const last = Math.max(0, ...own.map((row) => Number(row.heads.at(-1))));
    const made = [];
    for (let number = last + 1; number <= last + count; number += 1) {
      const key = `${school}\u001e${number}`;
      store.add(key);
      made.push({ line: key });
    }
    lines.push(...made);
    grid.addData(made.map((one) => ({ ...one })));
    return made[0].line;
  };

  const remove = async () => {
    const at = bounds();
    if (!at) return;
    const rows = lines.slice(at.top, at.bottom + 1).map((one) => store.rows.get(one.line));
    const told = rows.filter((row) => Object.values(row.values).some(Boolean));
    if (!store.isClean) {
      say(words.unsaved_rows);
      return;
    }
    if (!told.length || !window.confirm(filled(words.delete_confirm, { count: told.length }))) return;
    const sent = told.map((row) => ({
      table: data.table, row: row.key,
      seen: Object.fromEntries(Object.entries(row.values).filter(([, text]) => text !== "")),
    }));
    const answer = await store.ask(store.urls.remove, "rows", sent);
    if (answer.ok) window.location.reload();
    else say(answer.why ?? filled(answer.again, { seconds: "" }));
  };

  // ---------------------------------------------------------------- what is said of the chosen cell

  const panel = document.getElementById("grid-detail");

  const detail = () => {
    const cell = activeCell();
    if (!cell) return;
    const column = store.columns.get(cell.element);
    const row = store.rows.get(cell.row);
    const parts = [node("h2", column.heading)];
    const whose = row.heads.filter(Boolean).join(" ");
    if (whose) parts.push(node("p", whose, "text-secondary mb-1"));
    if (cell.state === "refused") {
      parts.push(node("p", cell.why, "text-danger mb-1"), node("p", cell.fix, "mb-2"));
    }
    if (cell.state === "conflict") parts.push(...choice(cell, column));
    if (cell.readAs) parts.push(node("p", filled(words.read_as, { value: cell.readAs }), "mb-1"));
    for (const one of cell.remarks) parts.push(node("p", `${one.why}。${one.fix}`, "mb-1"));
    if (row.locked && !row.open.includes(cell.element)) parts.push(node("p", filled(words.locked, { why: row.locked })));
    const facts = [[words.must_head, words[column.must]]];
    if (column.range) facts.push([words.range_head, column.range]);
    const list = node("dl");
    const last = row.last[cell.element];
    const peer = row.peers[cell.element];
    if (last !== undefined) facts.push([words.last_head, asWords(column, last)]);
    if (peer !== undefined) facts.push([words.peers_head, number(peer)]);
    for (const [head, fact] of facts) list.append(node("dt", head), node("dd", fact));
    parts.push(list);
    if (column.note) parts.push(node("p", column.note, "mt-2 mb-1"));
    if (column.use) parts.push(node("p", column.use, "text-secondary m-0"));
    panel.replaceChildren(...parts);
  };

  const choice = (cell, column) => {
    const value = (text) => (text ? asWords(column, text) : words.theirs_empty);
    const told = filled(words.theirs, {
      by: cell.by, at: cell.at, value: value(cell.standing), mine: value(cell.text),
    });
    const buttons = node("p", undefined, "d-flex gap-2 mb-2");
    for (const [mine, word] of [[true, words.keep_mine], [false, words.take_theirs]]) {
      const button = node("button", word, "btn btn-sm");
      button.type = "button";
      button.addEventListener("click", () => {
        store.resolve(cell, mine);
        detail();
        focus();
      });
      buttons.append(button);
    }
    return [node("p", told, "mb-1"), buttons];
  };

  const state = document.getElementById("grid-state");
  const retry = document.getElementById("grid-retry");
  const say = (text) => {
    state.textContent = text;
    state.className = "m-0 is-trouble";
  };
  store.listen((what, about) => {
    if (what === "cell") {
      paint(about);
      if (about === activeCell()) detail();
    } else {
      state.textContent = about.text;
      state.className = `m-0 is-${about.kind}`;
      retry.hidden = !about.canRetry;
    }
  });

  // ---------------------------------------------------------------- the sheet itself

  const title = (column) => column.heading;
  const columns = upright
    ? data.rows.map((row) => ({
      title: row.heads.filter(Boolean).join(" ") || words.value, field: row.key, minWidth: 150, widthGrow: 2,
    }))
    : data.columns.map((one) => ({
      title: title(one), field: one.id, minWidth: 96, width: one.choices.length ? 128 : 112,
    }));
  const head = (cell) => {
    const line = cell.getData().line;
    if (!upright) return node("div", store.rows.get(line).heads.slice(data.ofSchools ? 1 : 0).join(" "), "grid-head");
    return node("div", store.columns.get(line).heading, "grid-head");
  };
  const isTouch = window.matchMedia("(pointer: coarse)").matches;
  const narrow = window.innerWidth < 600;
  const grid = new window.Tabulator(root, {
    data: lines,
    index: "line",
    maxHeight: upright ? undefined : "68vh",
    layout: upright ? "fitColumns" : "fitData",
    columns,
    rowHeader: {
      title: upright ? words.item : data.heads.slice(data.ofSchools ? 1 : 0).join(" "),
      field: "line", formatter: head, frozen: true, headerSort: false, resizable: false,
      editor: false, editable: false,
      width: narrow ? 132 : upright ? 300 : 200,
    },
    columnDefaults: {
      headerSort: false, formatter, editor, headerWordWrap: true, resizable: "header",
      editable: (cell) => {
        const about = cellOf(cell.getData().line, cell.getField());
        return store.editable(about.row, about.element);
      },
    },
    rowHeight: upright ? undefined : 56,
    selectableRange: 1,
    selectableRangeRows: true,
    autoResize: false, // it redraws whenever the sheet comes back into view: see fit
    editTriggerEvent: isTouch ? "click" : "dblclick",
    placeholder: words.no_rows,
  });
  grid.on("rangeChanged", () => detail());
  grid.on("tableBuilt", () => {
    root.querySelector(".tabulator-tableholder").setAttribute("aria-label", document.title);
    if (store.count("dirty")) store.schedule(0);
    root.dataset.ready = "1";
  });

  // A redraw empties the sheet for a moment, and focus, place on the page and a click under way go
  // with it: only another size of the screen is reason enough.
  const size = () => [root.clientWidth, upright ? 0 : window.innerHeight].join();
  let fitted = size();
  const fit = () => {
    if (size() === fitted || root.querySelector("input, select")) return;
    fitted = size();
    const place = window.scrollY;
    const held = isHere();
    grid.redraw();
    window.scrollTo(0, place);
    if (held) focus();
  };
  grid.on("tableBuilt", () => new ResizeObserver(fit).observe(root));
  window.addEventListener("resize", fit);

  const press = (id, action) => document.getElementById(id)?.addEventListener("click", action);
  press("grid-undo", undo);
  press("grid-redo", redo);
  press("grid-add", () => {
    const key = addLines(1);
    select(key, data.columns[0].id);
  });
  press("grid-remove", remove);
  press("grid-retry", () => store.save());
  press("grid-problem", () => {
    const odd = (one) => ["refused", "conflict"].includes(one.state) || one.remarks.length > 0;
    const found = [];
    lines.forEach((_, i) => across().forEach((_one, j) => found.push(cellAt(i, j))));
    const at = found.indexOf(activeCell());
    const next = [...found.slice(at + 1), ...found.slice(0, at + 1)].find(odd);
    if (next) select(next.row, next.element);
    else say(words.no_problem);
  });
  for (const id of ["table", "school"]) {
    document.getElementById(id).addEventListener("change", (event) => event.target.form.requestSubmit());
  }
  window.addEventListener("online", () => store.save());
  window.addEventListener("focus", () => { if (store.trouble) store.save(); });
  window.addEventListener("beforeunload", (event) => {
    if (store.isClean) return;
    event.preventDefault();
    event.returnValue = words.leave;
  });
})();
