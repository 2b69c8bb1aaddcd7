package i18n

import (
	"strings"
	"unicode"
)

// Letters of other scripts that look like Latin ones.
const lookalikes = "АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁԛԝҮү" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονα" + "ՕՍոսօհ" + "ᎪᎡᎢᎷᎻᏴᏟᎬ"

// MixedScript finds the first word that may imitate another (T42): one that mixes Latin with another alphabet, one written
// wholly in letters that look Latin but are not, or one in styled Latin letters (full width, mathematical). Greek letters
// that stand alone (α, µ) are no imitation.
func MixedScript(s string) (word string, mixed bool) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) }) {
		if imitates(w) {
			return w, true
		}
	}
	return "", false
}

func imitates(word string) bool {
	latin, other, like, letters := 0, 0, 0, 0
	for _, r := range word {
		if !unicode.IsLetter(r) || r == 'µ' {
			continue
		}
		letters++
		switch {
		case r >= 0xff21 && r <= 0xff5a, r >= 0x1d400 && r <= 0x1d7ff, r >= 0x2460 && r <= 0x24ff:
			return true
		case unicode.Is(unicode.Latin, r):
			latin++
		default:
			other++
			if strings.ContainsRune(lookalikes, r) {
				like++
			}
		}
	}
	return latin > 0 && other > 0 || letters > 1 && like == letters
}
