//go:build !linux

package confined

import "context"

const supported = false

// Isolation tells what programs are kept from besides their limits.
func Isolation() string { return "none" }

func (o *Order) run(context.Context, string, string, []string) (*Outcome, error) {
	return nil, ErrAbsent.saying(o.Program)
}
