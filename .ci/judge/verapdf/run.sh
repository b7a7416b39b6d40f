#!/bin/bash
# run.sh FLAVOUR[,FLAVOUR]|auto FILE...   veraPDF's verdict on each file (Judge.java says in what form).
# run.sh --fetch                          only fetches veraPDF.
# Fetches veraPDF with Maven on first use; everything it keeps lies in target/ci of the checkout.
# Fits ../shared/judges/check_pdf.sh: VERAPDF_CMD=…/.ci/judge/verapdf/run.sh
# THREADS (default 1) files are judged at a time; HEAP is the JVM's limit (default 3g).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ci=${PRESSRUN_CI:-$here/../../../target/ci}
lib=$ci/verapdf/lib

# The mark holds the POM it was made from, so that a new version is fetched and a half-done fetch repeated.
if ! cmp -s "$here/pom.xml" "$lib/.pom"; then
  rm -rf "$lib"
  mkdir -p "$lib"
  for attempt in 1 2 3; do
    mvn -B -q -ntp -f "$here/pom.xml" -Dmaven.repo.local="$ci/m2" \
      dependency:copy-dependencies -DoutputDirectory="$(cd "$lib" && pwd)" >&2 && break
    [ "$attempt" = 3 ] && { echo "veraPDF: Maven cannot resolve it" >&2; exit 2; }
    sleep 10
  done
  cp "$here/pom.xml" "$lib/.pom"
fi

[ "${1-}" != --fetch ] || exit 0
[ $# -ge 2 ] || { echo "usage: run.sh FLAVOUR[,FLAVOUR]|auto FILE..." >&2; exit 2; }
exec java -Xmx"${HEAP:-3g}" -XX:+UseParallelGC -Dfile.encoding=UTF-8 -cp "$lib/*" "$here/Judge.java" "${THREADS:-1}" "$@"
