// Checks with Go's own transparency-log library that the entries of a package are in a log.
// usage: proofs VKEY public/entries/*.json
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// check reads a proof of the form c2sp.org/tlog-proof@v1 and holds the entry against it.
func check(verifier note.Verifier, entry, proof []byte) (int64, error) {
	head, signed, found := strings.Cut(string(proof), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, fmt.Errorf("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return 0, err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return 0, fmt.Errorf("not a hash: %s", line)
		}
		path = append(path, tlog.Hash(hash))
	}
	checkpoint, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return 0, err
	}
	text := strings.Split(checkpoint.Text, "\n")
	if len(text) < 4 || text[0] != verifier.Name() {
		return 0, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(text[1], 10, 64)
	if err != nil {
		return 0, err
	}
	root, err := tlog.ParseHash(text[2])
	if err != nil {
		return 0, err
	}
	return index, tlog.CheckRecord(path, size, root, index, tlog.RecordHash(entry))
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: proofs VKEY public/entries/*.json")
		os.Exit(2)
	}
	verifier, err := note.NewVerifier(os.Args[1])
	for _, name := range os.Args[2:] {
		var entry, proof []byte
		var index int64
		if err == nil {
			entry, err = os.ReadFile(name)
		}
		if err == nil {
			proof, err = os.ReadFile(strings.TrimSuffix(name, ".json") + ".tlog-proof")
		}
		if err == nil {
			index, err = check(verifier, entry, proof)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			os.Exit(1)
		}
		fmt.Printf("%s is entry %d\n", name, index)
	}
}
