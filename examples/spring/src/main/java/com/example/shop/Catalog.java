package com.example.shop;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** What there is to sell, as the catalog service says. */
@Component
public class Catalog {
  private final RestClient client;

  Catalog(RestClient.Builder builder, @Value("${shop.catalog.url}") String url) {
    client = builder.baseUrl(url).build();
  }

  /** The whole stock, a line each. */
  public String stock() {
    return client.get().uri("/stock").retrieve().body(String.class);
  }
}
