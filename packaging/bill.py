"""The bill of materials: SPDX 2.3 as JSON."""

import datetime
import hashlib
import json
import re


def identifier(text):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-")


def bill(version, epoch, binary, components):
    """The document for a binary, given as its bytes."""
    program = identifier("pthconvert")
    packages = [{
        "SPDXID": program, "name": "pthconvert", "versionInfo": version, "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "MIT", "licenseDeclared": "MIT", "copyrightText": "Copyright (c) 2026 the convert authors",
        "primaryPackagePurpose": "APPLICATION", "checksums": [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(binary).hexdigest()}],
    }]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", program)]
    for one in components:
        key = identifier(one.name)
        packages.append({
            "SPDXID": key, "name": one.name, "versionInfo": one.version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": one.license, "licenseDeclared": one.license, "copyrightText": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": one.origin}],
        })
        # A package has one checksum of a kind in SPDX; every linked file has its own entry.
        for name, digest in one.files:
            file = identifier(f"{one.name}-{name}")
            packages.append({
                "SPDXID": file, "name": name, "versionInfo": one.version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
                "licenseConcluded": one.license, "licenseDeclared": one.license, "copyrightText": "NOASSERTION",
                "primaryPackagePurpose": "FILE", "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
            })
            relations.append((key, "CONTAINS", file))
        relations.append((program, "STATIC_LINK" if any(name.endswith((".a", ".o")) for name, _ in one.files) else "CONTAINS", key))
    created = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha256(json.dumps(packages, sort_keys=True).encode()).hexdigest()
    return json.dumps({
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"pthconvert-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/pthconvert-{version}-{digest[:32]}",
        "creationInfo": {"created": created, "creators": ["Tool: packaging/bill.py"]}, "packages": packages,
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations],
    }, indent=1, sort_keys=True) + "\n"
