// The page reads without this. With it tables sort and copy, the text can be searched, figures are
// saved, and curves can be read. Texts come from report/words.yaml by way of data-words.
"use strict";
(() => {
  const words = JSON.parse(document.getElementById("report").dataset.words);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, attributes = {}, text = "") => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const button = (text, attributes, act) => {
    const made = make("button", { type: "button", ...attributes }, text);
    made.addEventListener("click", act);
    return made;
  };
  const status = document.querySelector("#status");
  const say = (text) => { status.textContent = text; };
  const reveal = (element) => {
    for (let e = element; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  };
  const clean = (element) => element.textContent.replace(/\s+/g, " ").trim();

  // Tables: sort -----------------------------------------------------------------------------

  // The exact number that a cell shows first, which the page knows whatever the journal's signs;
  // else the number that its text begins with; text as text; what is missing comes last.
  const TYPED = /^([<>]?)\s*([−-]?[\d,\u2009]*[.·]?\d+(?:e[+-]?\d+)?)/;
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const known = cell?.dataset.value;
    if (known !== undefined) return known === "" ? null : Number(known);
    const text = cell ? clean(cell) : "";
    if (!/[\p{L}\p{N}]/u.test(text)) return null;
    const number = TYPED.exec(text);
    if (!number) return text.toLowerCase();
    const value = Number(number[2].replace(/[,\u2009]/g, "").replace("−", "-").replace("·", "."));
    return number[1] === "<" ? value - 1e-9 : number[1] === ">" ? value + 1e-9 : value;
  };
  const compare = (a, b, down) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    const order = typeof a === "number" ? a - b : a.localeCompare(b);
    return Number.isNaN(order) ? 0 : down ? -order : order;
  };
  const reorder = (parent, items, column, direction, row) => {
    const place = new Map(items.map((item) => [item, Number(item.dataset.place)]));
    const key = new Map(items.map((item) => [item, column < 0 ? null : keyOf(row(item), column)]));
    const sorted = [...items].sort((a, b) =>
      (direction && compare(key.get(a), key.get(b), direction < 0)) || place.get(a) - place.get(b));
    sorted.forEach((item) => parent.append(item));
  };
  const sortTable = (table, column, direction) => {
    // Levels stay under their variable: rows move within their block, blocks by their first row.
    for (const body of table.tBodies) {
      const [head, ...rest] = body.rows;
      const grouped = rest.length && rest.every((row) => row.className === "level");
      reorder(body, grouped ? rest : [...body.rows], column, direction, (row) => row);
      if (grouped) body.prepend(head);
    }
    reorder(table, [...table.tBodies], column, direction, (body) => body.rows[0]);
  };
  const sortable = (table) => {
    for (const body of table.tBodies) {
      body.dataset.place = [...table.tBodies].indexOf(body);
      [...body.rows].forEach((row, place) => { row.dataset.place = place; });
    }
    const heads = all("thead tr:last-child th", table);
    const stub = table.querySelector("thead th[rowspan]");
    if (stub) heads.unshift(stub);
    heads.forEach((head, column) => {
      if (!clean(head)) return;
      const sort = button("", { class: "sort", title: words.sort }, () => {
        const now = head.getAttribute("aria-sort");
        const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (next) head.setAttribute("aria-sort", next);
        sortTable(table, column, next === "ascending" ? 1 : next ? -1 : 0);
      });
      sort.append(...head.childNodes);
      head.append(sort);
    });
  };

  // Tables: copy -----------------------------------------------------------------------------

  const escaped = (text) => make("i", {}, text).innerHTML;
  const asTyped = (text) => (/^\s*[=+@-]/.test(text) ? `'${text}` : text); // never a formula
  const isNumber = (text) => /^-?\d+(\.\d+)?$/.test(text);
  const isLevel = (cell) => cell.cellIndex === 0 && cell.parentElement.className === "level";
  const withMarks = (element) => { // "0.175 [a]", as nothing is small and raised in plain text
    const copy = element.cloneNode(true);
    all("sup", copy).forEach((mark) => mark.replaceWith(` [${mark.textContent}] `));
    return clean(copy);
  };
  // Letters of footnotes stay small and raised, the second line of a head stays in its cell.
  const withMarkup = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data.replace(/\s+/g, " "));
    const inside = [...node.childNodes].map(withMarkup).join("");
    if (node.tagName === "SUP") return `<sup>${inside}</sup>`;
    const below = node.className === "detail" && node.closest("thead");
    return below ? `<br style="mso-data-placement:same-cell">${inside}` : inside;
  };
  const cellHtml = (cell, last) => {
    const span = ["colSpan", "rowSpan"].filter((s) => cell[s] > 1)
      .map((s) => ` ${s.toLowerCase()}="${cell[s]}"`).join("");
    const rule = cell.closest("thead") || last ? "border-bottom:1px solid #000;" : "";
    const left = cell.tagName === "TH" && cell.cellIndex === 0 ? "left" : "right";
    const keep = isNumber(clean(cell)) ? "" : "mso-number-format:'\\@';"; // Excel: as text, not a date
    const weight = cell.closest("thead") ? "bold" : "normal";
    const style = `${rule}${keep}text-align:${left};font-weight:${weight};padding:2px 6px`;
    const indent = isLevel(cell) ? "&nbsp;&nbsp;&nbsp;" : "";
    return `<td${span} style="${style}">${indent}${withMarkup(cell).trim()}</td>`;
  };
  // The cells of each row by column. Of those that a cell spans, the last row and first column hold
  // its text, as in the CSV files; the others are empty.
  const grid = (rows) => {
    const lines = rows.map(() => []);
    rows.forEach((row, y) => {
      let x = 0;
      for (const cell of row.cells) {
        while (lines[y][x] !== undefined) x += 1;
        for (let down = 0; down < cell.rowSpan; down += 1)
          for (let across = 0; across < cell.colSpan; across += 1) lines[y + down][x + across] = "";
        lines[y + cell.rowSpan - 1][x] = asTyped((isLevel(cell) ? "  " : "") + withMarks(cell));
      }
    });
    return lines;
  };
  const copyTable = (table, notes) => {
    const rows = [...table.rows].filter((row) => row.getClientRects().length);
    const title = table.caption ? clean(table.caption) : "";
    const under = notes ? all("p", notes) : [];
    const body = rows.map((row, i) =>
      `<tr>${[...row.cells].map((cell) => cellHtml(cell, i === rows.length - 1)).join("")}</tr>`);
    const html = `<p><b>${escaped(title)}</b></p><table style="border-collapse:collapse;border-top:1px solid #000">`
      + `${body.join("")}</table>${under.map((note) => `<p>${withMarkup(note).trim()}</p>`).join("")}`;
    const text = [asTyped(title), ...grid(rows).map((line) => line.join("\t")),
      ...under.map((note) => asTyped(withMarks(note)))].join("\n");
    document.addEventListener("copy", (event) => {
      event.clipboardData.setData("text/html", html);
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    }, { once: true });
    say(document.execCommand("copy") ? words.copied : words.not_copied);
  };
  for (const scroll of all(".table-scroll")) {
    const table = scroll.querySelector("table");
    const notes = scroll.nextElementSibling;
    const own = notes && notes.classList.contains("table-notes") ? notes : null;
    sortable(table);
    const name = table.caption ? clean(table.caption) : scroll.getAttribute("aria-label");
    const copy = button(words.copy, { class: "copy", "aria-label": `${words.copy}: ${name}` },
      () => copyTable(table, own));
    scroll.before(copy);
  }

  // Figures: save ----------------------------------------------------------------------------

  const svgText = (svg) => {
    const copy = svg.cloneNode(true);
    const [, , width, height] = svg.getAttribute("viewBox").split(" ");
    const defs = document.createElementNS(svg.namespaceURI, "defs");
    const taken = new Set();
    const take = (part) => all("use", part).forEach((use) => { // lines of text, then their letters
      const shape = document.getElementById(use.getAttribute("href").slice(1));
      if (svg.contains(shape) || taken.has(shape)) return;
      taken.add(shape);
      defs.append(shape.cloneNode(true));
      take(shape);
    });
    take(svg);
    copy.prepend(defs);
    copy.setAttribute("width", `${width}pt`);
    copy.setAttribute("height", `${height}pt`);
    return new XMLSerializer().serializeToString(copy);
  };
  const save = (blob, name) => {
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const savePng = (svg, name) => {
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const dots = 300 / 72; // pixels for a point of the figure, as journals ask for
    const canvas = make("canvas");
    [canvas.width, canvas.height] = [width * dots, height * dots].map(Math.round);
    const picture = new Image();
    picture.onload = () => {
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, name), "image/png");
      URL.revokeObjectURL(picture.src);
    };
    picture.src = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  };
  for (const figure of all("figure[data-file]")) {
    const [svg, name] = [figure.querySelector("svg"), figure.dataset.file];
    const links = figure.querySelector(".links");
    const about = links.dataset.about;
    links.prepend(
      button("SVG", { "aria-label": `SVG: ${about}` }, () =>
        save(new Blob([svgText(svg)], { type: "image/svg+xml" }), `${name}.svg`)), " ",
      button("PNG", { "aria-label": `PNG: ${about}` }, () => savePng(svg, `${name}.png`)), " ");
  }

  // Curves: read -----------------------------------------------------------------------------

  const readCurves = (sheet) => {
    const shown = JSON.parse(sheet.dataset.curves);
    const svg = sheet.querySelector("svg");
    const drawn = (name, attributes) => {
      const element = document.createElementNS(svg.namespaceURI, name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const layer = drawn("svg", { class: "layer", viewBox: svg.getAttribute("viewBox") });
    const tip = make("div", { class: "tip", "aria-hidden": "true", hidden: "" });
    const curves = shown.curves.map((curve) => {
      const points = curve.points.map((point) => {
        const [x, y, time, survival, atRisk] = point.split("|");
        return { x: Number(x), y: Number(y), time, survival, atRisk };
      });
      const handle = drawn("g", {
        class: "handle", role: "slider", tabindex: 0, "aria-label": `${words.curve}: ${curve.label}`,
        "aria-valuemin": 0, "aria-valuemax": points.length - 1, "aria-valuenow": 0,
      });
      const dot = drawn("circle", { r: 3.2, fill: curve.colour });
      handle.append(dot);
      layer.append(handle);
      return { ...curve, points, handle, dot, at: 0 };
    });
    const said = (point) => [
      `${words.time} ${point.time} ${shown.unit}`,
      `${shown.word} ${point.survival}`,
      `${words.at_risk} ${point.atRisk}`,
    ];
    const hide = () => {
      tip.hidden = true;
      curves.forEach((curve) => curve.handle.classList.remove("shown"));
    };
    const move = (curve, at) => {
      curve.at = Math.max(0, Math.min(curve.points.length - 1, at));
      const point = curve.points[curve.at];
      curve.dot.setAttribute("cx", point.x);
      curve.dot.setAttribute("cy", point.y);
      curve.handle.setAttribute("aria-valuenow", curve.at);
      curve.handle.setAttribute("aria-valuetext", said(point).join(", "));
      return point;
    };
    const show = (curve, at) => {
      hide();
      const point = move(curve, at);
      curve.handle.classList.add("shown");
      tip.replaceChildren(make("b", {}, curve.label), ...said(point).map((line) => make("span", {}, line)));
      tip.style.borderColor = curve.colour;
      tip.hidden = false;
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      const left = point.x * scale + 14;
      const room = sheet.clientWidth - tip.offsetWidth;
      tip.style.left = `${left > room ? Math.max(0, point.x * scale - tip.offsetWidth - 14) : left}px`;
      tip.style.top = `${Math.max(0, point.y * scale - tip.offsetHeight - 8)}px`;
    };
    const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10,
      Home: -1e6, End: 1e6 };
    for (const curve of curves) {
      move(curve, 0);
      curve.handle.addEventListener("focus", () => show(curve, curve.at));
      curve.handle.addEventListener("blur", hide);
      curve.handle.addEventListener("keydown", (event) => {
        if (event.key === "Escape") hide();
        if (!(event.key in STEPS)) return;
        event.preventDefault();
        show(curve, curve.at + STEPS[event.key]);
      });
    }
    // The last point at or before x; the nearest curve of those that the pointer is over.
    const before = (curve, x) => curve.points.findLastIndex((point) => point.x <= x + 0.05);
    sheet.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
      let best = null;
      for (const curve of curves) {
        const at = before(curve, x);
        const last = curve.points[curve.points.length - 1];
        if (at < 0 || x > last.x + 12) continue;
        const away = Math.abs(curve.points[at].y - y);
        if (away < 60 && (!best || away < best.away)) best = { curve, at, away };
      }
      if (best) show(best.curve, best.at); else hide();
    });
    sheet.addEventListener("pointerleave", hide);
    sheet.append(layer, tip);
  };
  all(".sheet[data-curves]").forEach(readCurves);

  // Search -----------------------------------------------------------------------------------

  const field = document.querySelector("#search");
  const hits = document.querySelector("#hits");
  const PLACES = "main p, main dt, main dd, main li, main tr, main caption, main figcaption,"
    + " main h2, main h3, main h4, main summary";
  let texts = null; // read when the first reader searches
  const MOST = 40;
  const find = () => {
    texts ??= all(PLACES).map((element) => ({ element, text: clean(element).toLowerCase() }));
    const asked = field.value.trim().toLowerCase();
    const found = asked.length < 2 ? [] : texts.filter(({ text }) => text.includes(asked));
    hits.replaceChildren(...found.slice(0, MOST).map(({ element, text }) => {
      const from = Math.max(0, text.indexOf(asked) - 24);
      const item = make("li");
      const words_ = clean(element).slice(from, from + 80);
      item.append(button(words_, {}, () => {
        reveal(element);
        element.setAttribute("tabindex", "-1");
        element.scrollIntoView({ block: "center" });
        element.focus({ preventScroll: true });
        all(".found").forEach((old) => old.classList.remove("found"));
        element.classList.add("found");
      }));
      return item;
    }));
    say(asked.length < 2 ? "" : words.found.replace("{n}", found.length));
    document.querySelector("#count").textContent = status.textContent;
  };
  field.closest("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = hits.querySelector("button");
    if (first) first.click();
  });
  field.addEventListener("input", find);

  // The rest ---------------------------------------------------------------------------------

  document.querySelector("#unfold").addEventListener("click", (event) => {
    const open = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", open);
    all("main details").forEach((details) => { details.open = open; });
  });
  const target = () => {
    const element = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (element) { reveal(element); element.scrollIntoView(); }
  };
  addEventListener("hashchange", target);
  target();
  document.documentElement.classList.add("scripted");
})();
