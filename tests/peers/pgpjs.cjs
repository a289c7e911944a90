// OpenPGP.js as a program: pgpjs.cjs FOLDER open SECRET SIGNER | make SECRET READER | key KIND; content by standard input.
// Exit 3: nothing came out, because the signature or the seal is not good.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const [folder, act, ...words] = process.argv.slice(2);
const openpgp = createRequire(`${folder}/`)("openpgp");
const stdin = () => new Uint8Array(readFileSync(0));
const secret = (path) => openpgp.readPrivateKey({ armoredKey: readFileSync(path, "utf8") });
const certificate = (path) => openpgp.readKey({ armoredKey: readFileSync(path, "utf8") });
const kinds = {
  ed25519: { type: "ecc", curve: "curve25519Legacy" },
  rsa3072: { type: "rsa", rsaBits: 3072 },
  rfc9580: { type: "curve25519" },
  v6: { type: "curve25519", config: { v6Keys: true } },
};

const acts = {
  async open(own, signer) {
    const message = await openpgp.readMessage({ armoredMessage: Buffer.from(stdin()).toString("latin1") });
    const keys = { decryptionKeys: await secret(own), verificationKeys: await certificate(signer) };
    const opened = await openpgp.decrypt({ message, ...keys, expectSigned: true, format: "binary" });
    return Buffer.from(opened.data);
  },
  async make(own, reader) {
    const message = await openpgp.createMessage({ binary: stdin() });
    return openpgp.encrypt({ message, encryptionKeys: await certificate(reader), signingKeys: await secret(own) });
  },
  async key(kind, name, email) {
    return (await openpgp.generateKey({ ...kinds[kind], userIDs: [{ name, email }] })).privateKey;
  },
};

acts[act](...words).then(
  (made) => process.stdout.write(made),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 3;
  },
);
