package city

import (
	"context"

	"congvu/internal/exchange"
)

// carrying runs what the exchange needs beside f.
func (s *Seeder) carrying(ctx context.Context, f func(context.Context) error) error {
	return s.withExchange(ctx, f)
}

// carry brings everything issued so far to its receivers and waits until they have it.
func (p *quarterPlay) carry(ctx context.Context) error {
	for _, w := range p.letters {
		if w.number == "" || w.sent {
			continue
		}
		err := p.s.until(ctx, "the receipts of "+w.number, func(ctx context.Context) (bool, error) {
			lines, err := exchange.Deliveries(ctx, p.s.DB, w.clerk.actor, w.id)
			if err != nil || len(lines) == 0 {
				return false, err
			}
			for _, l := range lines {
				if l.State == exchange.NotSent || l.State == exchange.Queued || l.State == exchange.OnExchange {
					return false, nil
				}
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		w.sent = true
	}
	return nil
}
