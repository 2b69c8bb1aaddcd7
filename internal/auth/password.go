package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"congvu/internal/i18n"
	"congvu/internal/store"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"
)

// OWASP's parameters: 19 MiB, two passes, one lane; 23 ms of a core.
const (
	argonMemory = 19 * 1024
	argonPasses = 2
	argonKey    = 32
)

const (
	minPassword = 12   // characters
	maxPassword = 1024 // bytes: whole sentences are welcome, megabytes are not
)

// hashing bounds how many hashes run at once, in the order in which they came, to one for each processor: more would only take memory (19 MiB each). Those who are in
// share the processors with them by slices of time, so that a burst of sign-ins slows a page by some tens of milliseconds and does not starve the office.
var hashing = semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))

func hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	done, err := turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	key := argon2.IDKey([]byte(norm.NFC.String(password)), salt, argonPasses, argonMemory, 1, argonKey)
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", argonMemory, argonPasses, b.EncodeToString(salt), b.EncodeToString(key)), nil
}

// matches takes the same time for every password of every account, also for one that does not exist.
func matches(ctx context.Context, phc, password string) (bool, error) {
	tooLong := len(password) > maxPassword
	if tooLong {
		password = password[:maxPassword]
	}
	var memory, passes uint32
	parts := strings.Split(phc, "$")
	if len(parts) != 6 {
		return false, fmt.Errorf("auth: unknown form of hash")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &memory, &passes); err != nil || memory > 1<<20 || passes > 100 {
		return false, fmt.Errorf("auth: unknown parameters of hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, err
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, err
	}
	done, err := turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, passes, memory, 1, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && !tooLong, nil
}

// nobody's hash is compared when there is no such account.
var nobody = sync.OnceValues(func() (string, error) { return hash(context.Background(), "nobody has this password") })

//go:embed common.txt
var commonFile string

var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(commonFile) {
		set[w] = true
	}
	return set
})

// checkPassword refuses what others would try first. Length is what counts; no classes of characters are demanded.
func checkPassword(field, login, password string) error {
	folded := i18n.Fold(password)
	bare := strings.ReplaceAll(folded, " ", "")
	core := strings.TrimFunc(bare, func(r rune) bool { return !unicode.IsLetter(r) })
	switch {
	case !utf8.ValidString(password):
		return store.RefuseField(field, "Mật khẩu có ký tự không đọc được. Hãy gõ lại.")
	case utf8.RuneCountInString(password) < minPassword:
		return store.RefuseField(field, "Mật khẩu cần ít nhất {n} ký tự. Nên dùng một câu dễ nhớ, có thể có dấu và dấu cách.", "n", minPassword)
	case len(password) > maxPassword:
		return store.RefuseField(field, "Mật khẩu dài quá {n} byte.", "n", maxPassword)
	case bare == login || len(login) >= 4 && strings.Contains(bare, login): // shorter names stand in many honest words
		return store.RefuseField(field, "Mật khẩu không được chứa tên đăng nhập.")
	case common()[bare] || common()[core] || monotonous(bare):
		return store.RefuseField(field, "Mật khẩu này quá phổ biến, dễ bị đoán. Hãy chọn một câu khác.")
	}
	return nil
}

// monotonous: a few characters over and over, or a run such as 123456789012 or abcdefghijkl.
func monotonous(s string) bool {
	seen := map[rune]bool{}
	steps, last := 0, rune(0)
	for i, r := range s {
		seen[r] = true
		if i > 0 && (r == last+1 || r == last || r == last-1) {
			steps++
		}
		last = r
	}
	return len(seen) <= 3 || steps >= utf8.RuneCountInString(s)*3/4
}

// NewPassword draws a one-time password that can be read out: four groups of letters and figures that are not taken for each other.
func NewPassword() (string, error) {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var b strings.Builder
	for i := range 16 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			return "", err
		}
		b.WriteByte(letters[n.Int64()])
	}
	return b.String(), nil
}
