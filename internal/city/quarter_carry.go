package city

import (
	"context"

	"congvu/internal/exchange"
)

// carry brings everything that agencies of the city have sent each other so far to its receivers: documents, statuses, receipts (decision 0043).
// Some parcels do not come through at first (quarter_after.go): what the line says of its sendings tells whether it is to be lost once more.
func (p *quarterPlay) carry(ctx context.Context) error {
	type line struct{ document, receiver int64 }
	lost := map[line]int{}
	for _, r := range p.in {
		if r.lost > 0 && r.of.id != 0 {
			lost[line{r.of.id, int64(r.at.id)}] = r.lost
		}
	}
	_, err := p.s.Exchange.CarryLosing(ctx, func(d exchange.Delivery) bool { return d.Sends < lost[line{d.OutgoingID, d.ReceiverID}] })
	return err
}
