package main

import (
	"errors"
	"flag"
	"testing"

	"congvu/internal/signer"
)

// An installation with --signer asks that process for keys, also when it comes up later; without the setting it has its own keys only.
func TestTheSettingLeadsToTheSigner(t *testing.T) {
	w := &world{env: func(string) string { return "" }}
	for socket, want := range map[string]int{"": 0, t.TempDir() + "/s": 1} {
		fs := flag.NewFlagSet("serve", flag.ContinueOnError)
		s := newSettings(w, fs, true)
		if err := fs.Parse([]string{"--data", t.TempDir(), "--signer", socket}); err != nil {
			t.Fatal(err)
		}
		in, err := openTables(t.Context(), s, opening{migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		_, troubles := in.Keys.Rings()
		if in.Desk.Locked == nil {
			t.Error("what a locked person ordered goes on")
		}
		in.Close()
		if len(troubles) != want || want == 1 && !errors.Is(troubles[0], signer.ErrAway) {
			t.Errorf("%q: %v", socket, troubles)
		}
	}
}
