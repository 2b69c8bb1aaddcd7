package congvu_test

import (
	"strings"
	"testing"

	"congvu/internal/i18n"
)

// sentences are the ways in which rooms and doors say something, besides those i18n knows by itself.
var sentences = append(append([]i18n.Call{}, i18n.DefaultCalls...), i18n.Call{Name: "store.Say", Arg: i18n.AnyVietnamese}, i18n.Call{Name: "store.RefuseField", Arg: i18n.AnyVietnamese},
	i18n.Call{Name: "p.Add", Arg: i18n.AnyVietnamese}, i18n.Call{Name: "c.say", Arg: i18n.AnyVietnamese})

// sheds are the tools whose errors carry a sentence: every Vietnamese text in them is one. Names of things on paper stay Vietnamese in every language.
var sheds = []string{"internal/cms", "internal/edxml", "internal/keys", "internal/pades", "internal/pdf", "internal/xmldsig", "internal/blob", "internal/signer", "internal/transcript"}

// paperWords are texts in sheds that no reader of a page meets: a mark on worthless certificates, a table of characters.
var paperWords = []string{"congvu TEST – không có giá trị pháp lý", "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž�€"}

// Every sentence is there in English, and nothing is translated that nobody says.
func TestEverySentenceHasItsEnglish(t *testing.T) {
	uses, err := i18n.Uses(".", i18n.Scan{Calls: sentences, Literals: sheds})
	if err != nil {
		t.Fatal(err)
	}
	if len(uses) < 1500 {
		t.Fatalf("only %d uses found", len(uses))
	}
	for _, u := range i18n.CompareUses(uses).Missing {
		if !contains(paperWords, u.Text) {
			t.Errorf("%s:%d: no English for %q (internal/i18n/en)", u.File, u.Line, u.Text)
		}
	}
	var everywhere []string
	for room := range house {
		if room != "web" { // its sentences stand in templates, which the calls find
			everywhere = append(everywhere, "internal/"+room)
		}
	}
	literals, err := i18n.Uses(".", i18n.Scan{Calls: sentences, Literals: everywhere})
	if err != nil {
		t.Fatal(err)
	}
	web, err := i18n.Uses(".", i18n.Scan{Literals: []string{"internal/web"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range i18n.CompareUses(append(append(literals, web...), uses...)).Unused {
		t.Errorf("nobody says %q, which is translated", text)
	}
}

// People are addressed in one way: "Ông/Bà" begins a sentence, "ông/bà" stands inside.
func TestEverybodyIsAddressedAsOngBa(t *testing.T) {
	uses, err := i18n.Uses(".", i18n.Scan{Calls: sentences, Literals: sheds})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range uses {
		if strings.Contains(strings.ToLower(u.Text), "anh/chị") || strings.Contains(u.Text, "Ông/bà") {
			t.Errorf("%s:%d: %q", u.File, u.Line, u.Text)
		}
		for rest, at := u.Text, strings.Index(u.Text, "Ông/Bà"); at >= 0; at = strings.Index(rest, "Ông/Bà") {
			if before := strings.TrimRight(rest[:at], " “"); before != "" && !strings.ContainsAny(before[len(before)-1:], ".!?:") {
				t.Errorf("%s:%d: inside a sentence it is ông/bà: %q", u.File, u.Line, u.Text)
			}
			rest = rest[at+len("Ông/Bà"):]
		}
	}
}

func contains(all []string, s string) bool {
	for _, one := range all {
		if one == s {
			return true
		}
	}
	return false
}
