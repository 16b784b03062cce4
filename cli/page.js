"use strict";
// Tables can be sorted by their headings and filtered. Without this script the
// page is complete, in the order in which it was written.
(function () {
  function key(row, column) {
    var cell = row.cells[column];
    var value = cell.getAttribute("data-v");
    return value === null ? cell.textContent.toLowerCase() : Number(value);
  }

  function sort(table, heading, column) {
    var body = table.tBodies[0];
    var rows = Array.from(body.rows);
    var numbers = heading.className === "n";
    var was = heading.getAttribute("aria-sort");
    // The first click shows the largest numbers, or the first letters.
    var down = was === null ? numbers : was === "ascending";
    rows.sort(function (a, b) {
      var x = key(a, column), y = key(b, column);
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
    });
    rows.forEach(function (row) { body.appendChild(row); });
    Array.from(heading.parentNode.cells).forEach(function (cell) {
      cell.removeAttribute("aria-sort");
    });
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  }

  function makeSortable(table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (heading, column) {
      var button = document.createElement("button");
      if (heading.hasAttribute("data-plain")) return;
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", function () {
        sort(table, heading, column);
      });
      heading.textContent = "";
      heading.appendChild(button);
    });
  }

  function makeFilter(table) {
    var line = document.createElement("div");
    var label = document.createElement("label");
    var input = document.createElement("input");
    var said = document.createElement("span");
    var rows = Array.from(table.tBodies[0].rows);
    line.className = "filter";
    input.type = "search";
    said.setAttribute("role", "status");
    label.append("Filter ", input);
    line.append(label, said);
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/);
      var shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) {
          return text.includes(word);
        });
        shown += row.hidden ? 0 : 1;
      });
      // What is looked for is shown wherever it is.
      table.classList.toggle("filtered", input.value !== "");
      said.textContent = input.value === "" ? "" :
        shown + " of " + rows.length + " rows";
    });
    table.parentNode.parentNode.insertBefore(line, table.parentNode);
  }

  // Long tables show their first rows until somebody wants more.
  var FEW = 15;
  function makeShort(table) {
    var button = document.createElement("button");
    var rows = table.tBodies[0].rows;
    table.classList.add("short");
    button.type = "button";
    button.className = "more";
    button.textContent = "Show all " + rows.length + " rows";
    button.addEventListener("click", function () {
      table.classList.remove("short");
      button.remove();
    });
    table.parentNode.insertAdjacentElement("afterend", button);
  }

  Array.from(document.querySelectorAll("table.sort")).forEach(function (table) {
    var count = table.tBodies[0].rows.length;
    makeSortable(table);
    if (count > 8) makeFilter(table);
    if (count > FEW + 5) makeShort(table);
  });

  // On paper, everything is open.
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
