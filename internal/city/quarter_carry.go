package city

import "context"

// carry brings everything that agencies of the city have sent each other so far to its receivers: documents, statuses, receipts (decision 0043).
func (p *quarterPlay) carry(ctx context.Context) error {
	_, err := p.s.Exchange.CarryInHouse(ctx)
	return err
}
