#!/usr/bin/env python3
"""Runs other resolvers on the files that overt evaluate reads, with the same columns.

    python3 -m venv venv && venv/bin/pip install splink==4.0.16 duckdb pandas
    venv/bin/python bench/peers/peers.py --data ../shared/data --out out [febrl1 febrl4 fake1000]
    overt evaluate resolve/evaluate/sets/febrl1.yaml --data ../shared/data --clusters out/splink-febrl1.tsv

Each writes record, tab, cluster. No label is read. Splink is set up as its
documentation does for such columns: blocking rules on pairs of columns, name and
date comparisons of its library, u from random pairs, m by expectation maximisation
over two rules. With --nomenklatura (pip install nomenklatura) each candidate pair of
Splink's blocking is scored with logic-v2 and joined from 0.7, its default, by
connected components; nomenklatura's own cross-reference needs a store of its own.
"""
import argparse
import csv
import gzip
import io
import os
import resource
import sys
import time

FEBRL = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth", "soc_sec_id"]
SETS = {
    "febrl1": dict(files=[("febrl", "entity-resolution/febrl/dataset1.csv.gz")], id="rec_id", columns=FEBRL),
    "febrl4": dict(files=[("a", "entity-resolution/febrl/dataset4a.csv.gz"), ("b", "entity-resolution/febrl/dataset4b.csv.gz")], id="rec_id", columns=FEBRL),
    "fake1000": dict(files=[("fake", "entity-resolution/splink/fake_1000.csv")], id="unique_id", columns=["first_name", "surname", "dob", "city", "email"]),
}


def read(data, spec):
    """Gives one list of rows for each source."""
    out = []
    for source, name in spec["files"]:
        path = os.path.join(data, name)
        raw = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
        with raw, io.TextIOWrapper(raw, "utf-8-sig") as f:
            rows = []
            for row in csv.DictReader(f, skipinitialspace=True):
                row = {k.strip(): (v or "").strip() or None for k, v in row.items()}
                rows.append({"unique_id": f"{source}:{row[spec['id']]}", **{c: row[c] for c in spec["columns"]}})
            out.append((source, rows))
    return out


def splink_clusters(tables, spec, threshold):
    import pandas as pd
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frames = [pd.DataFrame(rows) for _, rows in tables]
    if "dob" in spec["columns"]:
        comparisons = [
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ]
        rules = [block_on("first_name"), block_on("surname"), block_on("dob"), block_on("email")]
        train = [block_on("first_name", "surname"), block_on("dob")]
        certain = [block_on("first_name", "surname", "dob"), block_on("email")]
    else:
        for f in frames:
            f["date_of_birth"] = f["date_of_birth"].map(lambda d: f"{d[:4]}-{d[4:6]}-{d[6:]}" if isinstance(d, str) and len(d) == 8 else None)
        comparisons = [
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1]),
        ]
        rules = [block_on("soc_sec_id"), block_on("given_name", "surname"), block_on("date_of_birth"), block_on("surname", "postcode"), block_on("street_number", "postcode"), block_on("given_name", "postcode")]
        train = [block_on("date_of_birth"), block_on("postcode")]
        certain = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(frames) == 1 else "link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(frames if len(frames) > 1 else frames[0], settings, DuckDBAPI())
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in train:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
    frame = clusters.as_pandas_dataframe()
    candidates = pairs.as_pandas_dataframe()[["unique_id_l", "unique_id_r"]].itertuples(index=False, name=None)
    return dict(zip(frame["unique_id"], frame["cluster_id"])), list(candidates)


def nomenklatura_clusters(tables, candidates):
    from followthemoney import model
    from nomenklatura.matching import get_algorithm

    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    entities = {}
    for _, rows in tables:
        for row in rows:
            entity = model.make_entity("Person")
            entity.id = row["unique_id"]
            entity.add("firstName", row.get("first_name") or row.get("given_name"))
            entity.add("lastName", row.get("surname"))
            entity.add("name", " ".join(filter(None, [row.get("first_name") or row.get("given_name"), row.get("surname")])))
            entity.add("birthDate", row.get("dob") or row.get("date_of_birth"), quiet=True)
            entity.add("idNumber", row.get("soc_sec_id"))
            entity.add("email", row.get("email"), quiet=True)
            entities[entity.id] = entity
    parent = {e: e for e in entities}

    def root(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for left, right in candidates:
        if algorithm.compare(entities[left], entities[right], config).score >= 0.7:
            parent[root(left)] = root(right)
    return {e: root(e) for e in entities}


def write(path, clusters):
    with open(path, "w", encoding="utf-8") as f:
        for record in sorted(clusters):
            f.write(f"{record}\t{clusters[record]}\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default="../shared/data")
    p.add_argument("--out", default="out")
    p.add_argument("--threshold", type=float, default=0.95, help="Splink's match probability for clusters")
    p.add_argument("--nomenklatura", action="store_true")
    p.add_argument("sets", nargs="*", default=list(SETS))
    args = p.parse_args()
    os.makedirs(args.out, exist_ok=True)
    for name in args.sets:
        if name not in SETS:
            sys.exit(f"unknown set {name}: one of {', '.join(SETS)}")
        tables = read(args.data, SETS[name])
        start, cpu = time.time(), time.process_time()
        clusters, candidates = splink_clusters(tables, SETS[name], args.threshold)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"splink {name}: {time.time() - start:.1f} s, {time.process_time() - cpu:.1f} CPU s, peak {peak:.0f} MB, {len(candidates)} pairs kept")
        write(os.path.join(args.out, f"splink-{name}.tsv"), clusters)
        if args.nomenklatura:
            start = time.time()
            write(os.path.join(args.out, f"nomenklatura-{name}.tsv"), nomenklatura_clusters(tables, candidates))
            print(f"nomenklatura {name}: {time.time() - start:.1f} s for {len(candidates)} pairs")


if __name__ == "__main__":
    main()
