"""复核多个县的结论凭证（certificates.jsonl.gz）：逐县交给 verify_certificate.py，再核对目录；只用标准库。

第一行是规则，以后一县一行，末行是目录。退出码与 verify_certificate.py 相同。
"""

import argparse
import gzip
import json
import multiprocessing
import zlib
from collections import Counter
from functools import partial
from itertools import chain

from verify_certificate import BROKEN, conclude, digest, proof

def line(law, text):  # 一个县
    cert, proved, failed = proof(text, law)
    county = cert["county"]
    return [county, cert["digest"]], proved, [(f"{county} {at}", *pair) for at, *pair in failed]

def nation(path, jobs):  # 名单，证明了多少处，不符之处
    index, last = {}, b'{"certificates"'
    counties = lambda text: not text.startswith(last) or index.update(json.loads(text))
    with gzip.open(path) as lines, multiprocessing.Pool(jobs) as pool:
        law = {"law": json.loads(next(lines))["law"]}
        found = [*pool.imap(partial(line, law), filter(counties, lines), 8)]
    pairs, proved, failed = map(list, zip(*found)) if found else ([], [], [])
    failed = [*chain(*failed)]
    if index.get("certificates") != pairs or index.get("digest") != digest(pairs):
        failed.append(("目录", "与各县凭证的摘要不一致", "一致"))
    return {"county": f"{len(pairs):,} 个县", "digest": digest(pairs)}, sum(proved, Counter()), failed

def main():
    parser = argparse.ArgumentParser(description="复核多个县的结论凭证，并核对目录")
    parser.add_argument("file", help="certificates.jsonl.gz")
    parser.add_argument("--digest", help="公布的目录摘要，与文件核对")
    parser.add_argument("--jobs", type=int, help="用几个进程；不写的，有几个处理器核用几个")
    asked = parser.parse_args()
    try: found = nation(asked.file, asked.jobs)
    except (OSError, EOFError, zlib.error, *BROKEN) as error:
        parser.exit(2, f"读不了 {asked.file}：{error!r}\n")
    parser.exit(conclude(*found, asked.digest))

if __name__ == "__main__": main()
