"use strict";

// Where the inbox is: at the page's own address, whatever proxy stands in front.
document.querySelector("#terminal").dataset.sessionWebsocketUrl = new URL("ws", location.href.replace(/^http/, "ws")).href.split("?")[0];

const again = document.querySelector("#start");
again.addEventListener("click", () => location.reload());

const shows = (state) => document.body.classList.contains(state);

// The keys go to the inbox from the first moment, and to the button when it is closed.
new MutationObserver(() => {
  if (shows("-closed")) again.focus();
  else if (shows("-first-byte")) document.querySelector(".xterm-helper-textarea").focus();
}).observe(document.body, { attributeFilter: ["class"] });

// A page that is closed or reloaded by mistake is a new sign-in, and what was half written is gone.
addEventListener("beforeunload", (event) => {
  if (shows("-first-byte") && !shows("-closed")) event.preventDefault();
});
