package congvu_test

import (
	"cmp"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// untested are the rules of documents.md that no test of this project can show, each with the reason.
var untested = map[string]string{
	"D2.1": "a definition: the two halves of the room documents", "D2.2": "a definition: a draft", "D2.4": "a definition; printing and stamping happen on paper",
	"D2.6": "a definition: the role of the registry clerk", "D2.7": "a definition; the sight of the registry is tested with the rights",
	"D9.3": "who presses the seal is shown by the table of arrows and by the confirmed person (X22)", "D9.4": "paper copies are multiplied outside of the system",
	"D9.12": "not done: a file keeps the name its author gave it", "D9.13": "not done as a rule of its own: a drafter picks any unit of his agency",
	"D10.10": "the periods are the agency's own: data of routing rules and directions", "D10.12": "there is no act that edits what came by exchange",
	"D10.17": "not done: no act deletes a document; drafts are cancelled and registrations struck, and both stay",
	"D16.1":  "paper dossiers are deposited outside of the system; the period is a setting", "D16.12": "where copies are kept is the operator's; taking and giving back is tested with backups",
	"D20.1": "an open question about a table of data",
}

// untestedExchange are the rules of exchange.md that no test of this project can show, each with the reason.
var untestedExchange = map[string]string{
	"X25.1": "an open question about lists that no public text settles",
	"X19.8": "not done: a node that carries tasks; only documents travel",
	"X1.4":  "what leaves on paper is the agency's; that answers come by themselves is shown with the statuses",
	"X19.7": "nodes of congvu speak edXML among themselves; another platform's numbers are met by no channel yet",
	"X25.2": "the code on the wire is a field of the agency; which form the live exchange wants is open",
	"X22.7": "types are found by name and sent as the samples have them (X5.1); urgency and steering have defaults; an identifier is made of the number, which is drawn once",
}

var (
	ruleID       = regexp.MustCompile(`\bD([0-9]+)\.([0-9]+)(?:[–-]D?(?:[0-9]+\.)?([0-9]+))?`)
	exchangeRule = regexp.MustCompile(`\bX([0-9]+)\.([0-9]+)(?:[–-]X?(?:[0-9]+\.)?([0-9]+))?`)
)

// Every rule of the domain's paper on documents is cited by a test or a story, or stands above with the reason why not.
func TestEveryRuleOfDocumentsIsCited(t *testing.T) {
	everyRuleCited(t, "documents.md", "D", ruleID, untested, 100)
}

// The same of the paper on exchange.
func TestEveryRuleOfExchangeIsCited(t *testing.T) {
	everyRuleCited(t, "exchange.md", "X", exchangeRule, untestedExchange, 120)
}

func everyRuleCited(t *testing.T, name, letter string, form *regexp.Regexp, untested map[string]string, least int) {
	t.Helper()
	paper, err := os.ReadFile("../shared/domain/" + name)
	if err != nil {
		t.Skip("skipped: the papers of the domain are not here: ", err)
	}
	cited := map[string]bool{}
	err = fs.WalkDir(os.DirFS("."), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path == "rules_test.go" || !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".txtar") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range form.FindAllStringSubmatch(string(b), -1) {
			first, _ := strconv.Atoi(m[2])
			last, _ := strconv.Atoi(cmp.Or(m[3], m[2]))
			for n := first; n <= last && n < first+40; n++ {
				cited[letter+m[1]+"."+strconv.Itoa(n)] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, m := range form.FindAllStringSubmatch(string(paper), -1) {
		rules[letter+m[1]+"."+m[2]] = true
	}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		switch why := untested[id]; {
		case cited[id] && why != "":
			t.Errorf("%s is cited by a test, and listed as untested: %s", id, why)
		case !cited[id] && why == "":
			t.Errorf("%s is cited by no test", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(untested)) {
		if !rules[id] {
			t.Errorf("%s is listed and is no rule", id)
		}
	}
	if len(rules) < least {
		t.Errorf("only %d rules were read", len(rules))
	}
}
