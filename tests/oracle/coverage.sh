#!/bin/sh
# How much of the controller the scenarios reach; fails where a line is neither reached nor listed in unreached.txt.
# coverage.sh [SCENARIOS]: so many of each profile, 1500 unless told.
set -eu
cd "$(dirname "$0")"
profile=$(mktemp)
trap 'rm -f "$profile"' EXIT
ORACLE_SCENARIOS=${1:-1500} go test -count=1 -run TestScenariosCoverTheController \
    -coverpkg=k8s.io/kubernetes/pkg/controller/podautoscaler -coverprofile="$profile" .
go run . unreached "$profile"
