package client_test

import (
	"context"
	"fmt"
	"log"

	"overt/client"
)

func Example() {
	ctx := context.Background()
	c := &client.Client{Base: "http://127.0.0.1:8400", Token: "the token of the service"}

	sum, err := c.Money(ctx, "ICE", "Four Points Technology", "", "year", client.When{})
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range sum.Rows {
		fmt.Println(row.Key, row.Amount, row.Currency, row.Citations[0])
	}
	for hit, err := range c.SearchAll(ctx, client.Query{Text: `"Four Points" hosting`, In: "passage"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(hit.Caption, hit.Page, hit.Cite)
	}
}
