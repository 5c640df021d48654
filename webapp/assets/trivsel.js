/* What a script adds to pages that work without one. No state, no storage: schools share their devices. */
(() => {
  "use strict";

  /* A press too many sends a form once. The button keeps its name and value, and works again after "back". */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-once]") || event.defaultPrevented) return;
    if (event.submitter?.formTarget === "_blank") return; // only looks, in another tab
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 8000) event.preventDefault();
    else form.dataset.sent = String(Date.now());
  });
  addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => form.removeAttribute("data-sent")));

  /* The way out for a child who may be watched: this page leaves the history, and Escape three times does the same. */
  const exit = document.querySelector("[data-quick-exit]");
  if (exit) {
    const leave = () => {
      document.body.hidden = true;
      location.replace(exit.href);
    };
    exit.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
    let presses = [];
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      presses = [...presses.filter((at) => event.timeStamp - at < 2000), event.timeStamp];
      if (presses.length >= 3) leave();
    });
  }

  /* The meaning of a word goes away by Escape too, until somebody comes back to it. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".word:is(:hover, :focus-within)").forEach((word) => word.setAttribute("data-away", ""));
  });
  for (const leaving of ["pointerout", "focusout"]) {
    document.addEventListener(leaving, (event) => event.target.closest?.(".word")?.removeAttribute("data-away"));
  }

  /* Text fields grow with what is written also where the browser cannot do it by itself. */
  if (!CSS.supports("field-sizing", "content")) {
    const grow = (area) => {
      area.style.blockSize = "auto";
      area.style.blockSize = `${area.scrollHeight + 4}px`;
    };
    document.querySelectorAll("textarea.growing").forEach(grow);
    document.addEventListener("input", (event) => event.target.matches?.("textarea.growing") && grow(event.target));
  }

  /* How many characters are left is shown only where somebody comes near the limit. */
  document.addEventListener("input", (event) => {
    const counter = event.target.closest?.(".ds-field")?.querySelector(".counter");
    counter?.toggleAttribute("data-near", event.target.value.length > 0.9 * Number(counter.dataset.limit));
  });

  /* A row that was just added takes the focus at its first field. */
  document.querySelector("[data-added]")?.querySelector("input:not([type=hidden]), textarea, select")?.focus();

  /* The menus of the header close when somebody clicks elsewhere or presses Escape. */
  document.querySelectorAll("details.account-menu, details.main-nav__more").forEach((menu) => {
    document.addEventListener("click", (event) => menu.contains(event.target) || menu.removeAttribute("open"));
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* Buttons that print the page or copy a code; without a script they are not shown. */
  document.querySelectorAll("[data-print], [data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      if (button.matches("[data-print]")) return print();
      await navigator.clipboard?.writeText(button.dataset.copy);
      const said = button.querySelector("[role=status]");
      if (said) said.textContent = button.dataset.copied ?? "";
    });
  });

  /* The curtain: what all in the room see goes away at once, by its button or Escape, and comes back with everything typed in it. */
  const curtain = document.querySelector("[data-curtain]");
  if (curtain) {
    const main = document.querySelector("main");
    const draws = document.querySelector("[data-draws]");
    const draw = (isDrawn) => {
      curtain.hidden = !isDrawn;
      main.hidden = isDrawn;
      (isDrawn ? curtain.querySelector("[data-opens]") : draws).focus();
    };
    draws.hidden = false;
    draws.addEventListener("click", () => draw(true));
    curtain.querySelector("[data-opens]").addEventListener("click", () => draw(false));
    document.addEventListener("keydown", (event) => event.key === "Escape" && curtain.hidden && draw(true));
  }

  /* Once a form is sent, what was typed a moment before is not saved behind it any more. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest?.("form")?.dataset.sent) event.preventDefault();
  });

  /* Saving while somebody types, or renewing a board, failed: say so where it stands how things are, in the page's own words. Who was
     answered, but not by what saves, is not told that the network is gone. */
  const failed = (event) => {
    const asking = event.detail.elt, status = event.detail.xhr.status;
    const place = document.querySelector(asking?.dataset?.says ?? asking?.getAttribute?.("hx-target") ?? "#saved");
    const isRefused = place?.dataset.refused && status > 0 && status < 500;
    if (place?.dataset.failed) place.textContent = place.dataset[isRefused ? "refused" : place.matches("[data-waiting]") ? "held" : "failed"];
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);

  /* With the network gone, what is typed stays in this page and nowhere else. It is saved once the network is back, and a form that
     somebody sent meanwhile is sent then. Saved is only what the answer calls so: a page to sign in on, ours or that of something
     between, is never taken for it, nor shown in its place. */
  document.querySelectorAll("[data-keeps]").forEach((place) => {
    const form = place.closest("form");
    let typed = 0, asked = 0, saved = 0, waiting, timer;
    const save = () => {
      clearTimeout(timer);
      htmx.trigger(place, "again");
    };
    const failing = () => {
      place.setAttribute("data-failing", "");
      clearTimeout(timer);
      timer = setTimeout(save, 3000);
    };
    form.addEventListener("input", () => (typed += 1));
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formTarget === "_blank" || (typed === saved && navigator.onLine)) return;
      event.preventDefault();
      waiting = event.submitter ?? form.querySelector("[type=submit]");
      place.setAttribute("data-waiting", "");
      save();
    });
    place.addEventListener("htmx:beforeRequest", () => (asked = typed));
    place.addEventListener("htmx:sendError", failing);
    place.addEventListener("htmx:timeout", failing);
    // Each answer of ours says whether it saved: yes or no. What says nothing comes from something between, whatever its status.
    const said = (event) => event.detail.xhr.getResponseHeader("Trivsel-Saved");
    place.addEventListener("htmx:beforeSwap", (event) => {
      if (said(event) === "yes") return;
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    });
    place.addEventListener("htmx:afterOnLoad", (event) => {
      if (event.detail.xhr.status >= 500) return failing();
      clearTimeout(timer);
      place.removeAttribute("data-waiting");
      // Trying again alone helps nothing. A form that waits is sent where we refused, since the page that answers holds what is in it.
      const isRefused = said(event) !== "yes" && !(waiting && said(event) === "no");
      place.toggleAttribute("data-failing", isRefused);
      if (isRefused) return (waiting = undefined);
      saved = waiting ? typed : asked;
      const button = waiting;
      waiting = undefined;
      if (button) form.requestSubmit(button);
    });
    addEventListener("online", () => (typed > saved || waiting) && save());
    // A Wi-Fi with no way out counts as online: what tells is how saving went, or that it has no answer yet.
    const isCutOff = () => !navigator.onLine || place.matches("[data-failing], .htmx-request");
    addEventListener("beforeunload", (event) => (typed > saved || waiting) && isCutOff() && event.preventDefault());
  });
})();
