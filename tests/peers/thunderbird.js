// What a person does in Thunderbird, done by its own commands in its main window. Read by thunderbird.py.
/* global Cc, ChromeUtils, Ci, Services, window */

const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const from = name => ChromeUtils.importESModule(`chrome://openpgp/content/modules/${name}.sys.mjs`);
const { EnigmailCore } = from("core");
const { EnigmailKeyRing } = from("keyRing");
const { PgpSqliteDb2 } = from("sqliteDb");
const { RNP } = from("RNP");

const PATIENCE = 55000;

async function until(what, happened) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const found = happened();
    if (found) {
      return found;
    }
    await new Promise(done => window.setTimeout(done, 20));
  }
  throw new Error(`still waiting for ${what}`);
}

const tabs = () => window.document.getElementById("tabmail");
const account = () => MailServices.accounts.defaultAccount;
const inbox = () => account().incomingServer.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);

// An account whose mail comes by hand, and leaves by a server on this machine.
async function setUp(name, address, port) {
  await EnigmailCore.init();
  const made = MailServices.accounts.createAccount();
  made.incomingServer = MailServices.accounts.createIncomingServer("unit", "mail.invalid", "pop3");
  made.incomingServer.prettyName = address;
  const identity = MailServices.accounts.createIdentity();
  Object.assign(identity, { email: address, fullName: name });
  made.addIdentity(identity);
  MailServices.accounts.defaultAccount = made;
  const out = MailServices.outgoingServer.createServer("smtp").QueryInterface(Ci.nsISmtpServer);
  Object.assign(out, { hostname: "127.0.0.1", port, socketType: 0, authMethod: Ci.nsMsgAuthMethod.none });
  identity.smtpServerKey = out.key;
}

// "OpenPGP Key Manager": a key of one's own, made here.
async function makeKey(name, address) {
  const id = await RNP.genKey(`${name} <${address}>`, "ECC", 0, 1095, null);
  EnigmailKeyRing.clearCache();
  const { fpr } = EnigmailKeyRing.getKeyById(`0x${id}`);
  await PgpSqliteDb2.acceptAsPersonalKey(fpr);
  EnigmailKeyRing.clearCache();
  return [fpr, await RNP.getPublicKey(`0x${fpr}`)];
}

// "OpenPGP Key Manager": a key of one's own, brought along.
async function bringKey(secret, fingerprint) {
  const taken = await RNP.importSecKeyBlockImpl(null, () => "", false, secret);
  if (taken.exitCode || taken.importedKeys.length != 1) {
    throw new Error(`not imported: ${taken.errorMsg}`);
  }
  await PgpSqliteDb2.acceptAsPersonalKey(fingerprint);
  EnigmailKeyRing.clearCache();
}

// "Account Settings", "End-To-End Encryption": this key, always.
async function useKey(fingerprint) {
  const REQUIRED = 2;
  const identity = account().defaultIdentity;
  identity.setUnicharAttribute("openpgp_key_id", fingerprint.slice(-16));
  identity.encryptionPolicy = REQUIRED;
  identity.signMail = true;
}

// "Yes, I've verified in person this key has the correct fingerprint."
async function acceptKey(certificate) {
  const taken = await RNP.importPubkeyBlockAutoAcceptImpl(null, certificate, "verified");
  if (taken.exitCode || taken.importedKeys.length != 1) {
    throw new Error(`not imported: ${taken.errorMsg}`);
  }
  EnigmailKeyRing.clearCache();
}

// A mail comes, is picked in the list, and is read.
async function open(mail) {
  const pane = tabs().currentAbout3Pane;
  pane.displayFolder(inbox().URI);
  const header = inbox().QueryInterface(Ci.nsIMsgLocalMailFolder).addMessage(mail);
  const rowOf = () => pane.gDBView?.findIndexOfMsgHdr(header, false) ?? -1;
  await until("its row", () => rowOf() >= 0);
  pane.threadTree.selectedIndex = -1;
  const reader = pane.messageBrowser.contentWindow;
  const loaded = new Promise(done => reader.addEventListener("MsgLoaded", done, { once: true }));
  pane.threadTree.selectedIndex = rowOf();
  await loaded;
  const lock = reader.document.getElementById("cryptoBox");
  // Of what cannot be opened it shows neither lock nor text.
  await until("its lock", () => !lock.hidden || !textIn(reader).trim());
  return seen(pane, reader);
}

function textIn(reader) {
  const page = reader.getMessagePaneBrowser().contentDocument;
  const parts = page.querySelectorAll(".moz-text-plain, .moz-text-flowed, .moz-text-html");
  return [...parts].map(part => part.innerText).join("\n");
}

function seen(pane, reader) {
  const icon = name => {
    const found = reader.document.getElementById(name);
    return found.hidden ? "" : /-(\w+)\.svg$/.exec(found.src)[1];
  };
  return {
    encrypted: icon("encryptedHdrIcon"),
    signed: icon("signedHdrIcon"),
    subject: reader.document.getElementById("expandedsubjectBox").value.textContent,
    listed: pane.gDBView.cellTextForColumn(pane.threadTree.selectedIndex, "subjectCol"),
    text: textIn(reader),
    page: reader.getMessagePaneBrowser().contentDocument.body.textContent,
    attachments: reader.currentAttachments.map(one => [one.name, one.contentType]),
  };
}

// The sender has a name in the address book, and the letter the room: one window to look at.
async function arrange(name, address) {
  const card = Cc["@mozilla.org/addressbook/cardproperty;1"].createInstance(Ci.nsIAbCard);
  Object.assign(card, { displayName: name, primaryEmail: address });
  MailServices.ab.directories[0].addCard(card);
  tabs().currentAbout3Pane.document.getElementById("folderPaneSplitter").collapse();
}

// All has been drawn: no word of loading, and the letter without the headers that are kept for printing.
async function drawn() {
  await until("the status to go", () => !window.document.getElementById("statusText").value);
  const page = tabs().currentAboutMessage.getMessagePaneBrowser().contentWindow;
  const hidden = one => page.getComputedStyle(one).display == "none";
  await until("the page", () => [...page.document.querySelectorAll(".moz-main-header")].every(hidden));
}

// "Reply", some words under the quoted letter, "Send".
async function answer(words) {
  const before = new Set(Services.wm.getEnumerator("msgcompose"));
  tabs().currentAboutMessage.commandController.doCommand("cmd_reply");
  const opened = () => [...Services.wm.getEnumerator("msgcompose")].find(one => !before.has(one));
  const form = await until("a form", opened);
  const page = () => form.document.getElementById("messageEditor")?.contentDocument;
  await until("the quoted letter", () => page()?.querySelector("blockquote"));
  await until("whom it is to", () => form.document.querySelector("#toAddrContainer mail-address-pill"));
  await until("the lock", () => form.gSendEncrypted && form.gSendSigned && form.gEncryptSubject);
  form.GetCurrentEditor().endOfDocument();
  form.GetCurrentEditor().insertText(words);
  form.goDoCommand("cmd_sendNow");
  await until("it to be sent", () => form.closed || complaint());
  if (!form.closed) {
    throw new Error(`not sent: ${complaint()}`);
  }
}

function complaint() {
  const texts = [...Services.wm.getEnumerator(null)].map(one => one.document.getElementById("infoBody")?.textContent);
  return texts.find(Boolean);
}
