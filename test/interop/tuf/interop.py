"""Kedge's TUF verifier and signing helpers against python-tuf, TUF's reference implementation."""

import functools
import http.server
import json
import pathlib
import random
import shutil
import subprocess
import tempfile
import threading
import unittest
from datetime import datetime, timedelta, timezone

from securesystemslib.formats import encode_canonical
from securesystemslib.hash import digest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.ngclient import Updater

HERE = pathlib.Path(__file__).parent
SOON = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=2)
PAST = SOON - timedelta(days=4)
MODEL = "model.gesture"
RELEASE = "models/gesture/1.0.0/release.json"
KINDS = {
    "ed25519": CryptoSigner.generate_ed25519,
    "ecdsa": CryptoSigner.generate_ecdsa,
    "rsa": CryptoSigner.generate_rsa,
}


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


class Repository:
    """A repository that python-tuf signs, in a folder that a server on loopback serves."""

    def __init__(self, kind="ed25519", hashes=False):
        self.new_signer = KINDS[kind]
        self.hashes = hashes
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kedge-tuf-"))
        for name in ("metadata", "targets", "client", "downloads"):
            (self.folder / name).mkdir()
        handler = functools.partial(QuietHandler, directory=self.folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.signers = {}
        self.published = set()
        self.documents = {
            Root.type: Root(version=1, expires=SOON, consistent_snapshot=True),
            Timestamp.type: Timestamp(version=1, expires=SOON),
            Snapshot.type: Snapshot(version=1, expires=SOON),
            Targets.type: Targets(version=1, expires=SOON),
            MODEL: Targets(version=1, expires=SOON),
        }
        self.targets.delegations = Delegations(
            {}, {MODEL: DelegatedRole(MODEL, [], 1, True, paths=["models/gesture/*/*"])}
        )
        for role in self.documents:
            self.add_key(role)

    @property
    def root(self):
        return self.documents[Root.type]

    @property
    def targets(self):
        return self.documents[Targets.type]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)

    def add_key(self, role, signer=None):
        signer = signer or self.new_signer()
        holder = self.targets if role == MODEL else self.root
        holder.add_key(signer.public_key, role)
        self.signers.setdefault(role, []).append(signer)
        return signer

    def replace_keys(self, role, signers, threshold=1):
        self.root.roles[role].keyids.clear()
        for signer in signers:
            self.root.add_key(signer.public_key, role)
        self.root.roles[role].threshold = threshold
        self.signers[role] = list(signers)

    def publish(self, *roles):
        for role in roles:
            document = self.documents[role]
            document.version += role in self.published
            self.published.add(role)
            metadata = Metadata(document)
            for signer in self.signers[role]:
                metadata.sign(signer, append=True)
            data = metadata.to_bytes()
            versioned = "" if role == Timestamp.type else f"{document.version}."
            (self.folder / "metadata" / f"{versioned}{role}.json").write_bytes(data)
            meta = MetaFile(document.version)
            if self.hashes:
                meta = MetaFile.from_data(document.version, data, ["sha256", "sha512"])
            if role == Snapshot.type:
                self.documents[Timestamp.type].snapshot_meta = meta
            elif role in (Targets.type, MODEL):
                self.documents[Snapshot.type].meta[f"{role}.json"] = meta

    def publish_all(self):
        self.publish(Root.type, MODEL, Targets.type, Snapshot.type, Timestamp.type)

    def publish_release(self, content):
        target = TargetFile.from_data(RELEASE, content, ["sha256"])
        target.unrecognized_fields["custom"] = {"kedge": {"counter": 1}}
        self.documents[MODEL].targets[RELEASE] = target
        file = self.folder / "targets" / RELEASE
        file = file.with_name(f"{target.hashes['sha256']}.{file.name}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.publish(MODEL, Snapshot.type, Timestamp.type)

    def kedge(self, *arguments):
        """Runs Kedge's client; gives its error, or an empty text."""
        command = ["node", HERE / "client.mjs", "--metadata-dir", self.folder / "client"]
        command += ["--metadata-url", f"{self.url}/metadata", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stderr if done.returncode else ""

    def trust(self, version=1):
        return self.kedge("init", self.folder / "metadata" / f"{version}.root.json")

    def download(self, name):
        options = ["--target-base-url", f"{self.url}/targets", "--target-name", name]
        return self.kedge(*options, "--target-dir", self.folder / "downloads", "download")

    def downloaded(self):
        return [file.read_bytes() for file in (self.folder / "downloads").iterdir()]


class KedgeReadsPythonTuf(unittest.TestCase):
    def open(self, **options):
        repository = Repository(**options)
        self.addCleanup(repository.close)
        repository.publish_all()
        self.assertEqual(repository.trust(), "")
        return repository

    def test_every_kind_of_key_signs_every_role(self):
        for kind in KINDS:
            for hashes in (False, True):
                with self.subTest(kind=kind, hashes=hashes):
                    repository = self.open(kind=kind, hashes=hashes)
                    repository.publish_release(b"release")
                    self.assertEqual(repository.download(RELEASE), "")
                    self.assertEqual(repository.downloaded(), [b"release"])
                    kept = (repository.folder / "client" / "timestamp.json").read_bytes()
                    served = (repository.folder / "metadata" / "timestamp.json").read_bytes()
                    self.assertEqual(kept, served)

    def test_roots_are_followed_through_rotations_of_every_kind(self):
        repository = self.open()
        signers = [make() for make in KINDS.values() for _ in range(2)]
        before = repository.signers[Root.type]
        for turn in range(1, 30):
            keys = [signers[(turn + i) % len(signers)] for i in range(1 + turn % 4)]
            repository.replace_keys(Root.type, keys, 1 + turn % len(keys))
            both = {signer.public_key.keyid: signer for signer in [*before, *keys]}
            repository.signers[Root.type] = list(both.values())
            repository.publish(Root.type)
            before = keys
        self.assertEqual(repository.kedge("refresh"), "")
        root = Metadata.from_file(str(repository.folder / "client" / "root.json"))
        self.assertEqual(root.signed.version, 30)

    def test_what_python_tuf_refuses_is_refused(self):
        def sign_as_somebody_else(repository, role):
            repository.signers[role] = [repository.new_signer()]

        def expire(repository, role):
            repository.documents[role].expires = PAST

        roles = (Timestamp.type, Snapshot.type, Targets.type, Root.type)
        for change, code in (
            (sign_as_somebody_else, "signature-invalid"),
            (expire, "metadata-expired"),
        ):
            for role in roles:
                with self.subTest(change=change.__name__, role=role):
                    repository = self.open()
                    self.assertEqual(repository.kedge("refresh"), "")
                    change(repository, role)
                    repository.publish_all()
                    self.assertIn(code, repository.kedge("refresh"))
                    with self.assertRaises(Exception):
                        python_updater(repository.folder, repository.url).refresh()

    def test_older_versions_are_refused(self):
        repository = self.open()
        timestamp = repository.folder / "metadata" / "timestamp.json"
        first = timestamp.read_bytes()
        repository.publish(Timestamp.type)
        self.assertEqual(repository.kedge("refresh"), "")
        timestamp.write_bytes(first)
        self.assertIn("metadata-rollback", repository.kedge("refresh"))


def python_updater(folder, url):
    (folder / "python").mkdir(exist_ok=True)
    return Updater(
        str(folder / "python"),
        f"{url}/metadata/",
        str(folder / "python"),
        f"{url}/targets/",
        bootstrap=(folder / "metadata" / "1.root.json").read_bytes(),
    )


class PythonTufReadsKedge(unittest.TestCase):
    def setUp(self):
        self.repository = Repository()
        self.addCleanup(self.repository.close)
        command = ["node", HERE / "make-repository.mjs", self.repository.folder]
        subprocess.run(command, check=True, timeout=60)

    def test_a_release_is_found_through_its_delegation(self):
        updater = python_updater(self.repository.folder, self.repository.url)
        updater.refresh()
        target = updater.get_targetinfo(RELEASE)
        self.assertEqual(target.custom["kedge"]["counter"], 7)
        self.assertEqual(target.custom["kedge"]["note"], 'naïve "quote" \\ 👋')
        downloaded = pathlib.Path(updater.download_target(target, str(self.repository.folder / "x")))
        self.assertEqual(downloaded.read_bytes(), b'{"model":"gesture"}')

    def test_key_ids_are_those_of_the_specification(self):
        root = Metadata.from_file(str(self.repository.folder / "metadata" / "2.root.json")).signed
        self.assertEqual(root.unrecognized_fields["x-kedge"]["fleetId"], "flëet 👋")
        for key in root.keys.values():
            hasher = digest("sha256")
            hasher.update(encode_canonical(key.to_dict()).encode())
            self.assertEqual(key.keyid, hasher.hexdigest())

    def test_kedge_reads_it_too(self):
        self.assertEqual(self.repository.trust(), "")
        self.assertEqual(self.repository.download(RELEASE), "")
        self.assertEqual(self.repository.downloaded(), [b'{"model":"gesture"}'])


class PythonTufReadsTheServer(unittest.TestCase):
    def test_releases_and_what_is_revoked_are_found_behind_a_rotated_root(self):
        repository = Repository()
        self.addCleanup(repository.close)
        command = ["node", HERE / "server-repository.mjs", repository.folder]
        subprocess.run(command, check=True, timeout=120)
        updater = python_updater(repository.folder, repository.url)
        updater.refresh()
        kept = Metadata.from_file(str(repository.folder / "python" / "root.json"))
        self.assertEqual(kept.signed.version, 2)
        for counter, version in enumerate(["1.0.0", "1.1.0"], start=1):
            target = updater.get_targetinfo(f"models/gesture/{version}/release.json")
            self.assertEqual(target.custom["kedge"]["counter"], counter)
            revoked = "it sees what is not there" if counter == 1 else None
            self.assertEqual(target.custom["kedge"].get("revoked"), revoked)
            into = str(repository.folder / version)
            downloaded = pathlib.Path(updater.download_target(target, into))
            self.assertEqual(json.loads(downloaded.read_bytes())["version"], version)
        self.assertIsNone(updater.get_targetinfo("models/other/1.0.0/release.json"))


class CanonicalJson(unittest.TestCase):
    def test_both_write_the_same_form(self):
        chance = random.Random(20261123)
        documents = [self.document(chance, 0) for _ in range(2_000)]
        done = subprocess.run(
            ["node", HERE / "canonical.mjs"],
            input=json.dumps([json.dumps(document) for document in documents]),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        self.assertEqual(json.loads(done.stdout), [encode_canonical(one) for one in documents])

    def document(self, chance, depth):
        kind = chance.randrange(7 if depth < 4 else 5)
        if kind == 0:
            return chance.choice([None, True, False])
        if kind == 1:
            return chance.randrange(-(2**53) + 1, 2**53)
        if kind < 5:
            return self.text(chance)
        if kind == 5:
            return [self.document(chance, depth + 1) for _ in range(chance.randrange(4))]
        return {self.text(chance): self.document(chance, depth + 1) for _ in range(chance.randrange(5))}

    def text(self, chance):
        alphabet = 'ab\\"/\n\t\0\x1f\x7f é\u2028\uffff\ue000👋𝒳'
        return "".join(chance.choice(alphabet) for _ in range(chance.randrange(6)))


if __name__ == "__main__":
    unittest.main()
