"use strict";

const page = document.getElementById("page");

SwaggerUIBundle({
  domNode: page,
  url: page.dataset.openapiUrl,
  validatorUrl: null,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
});
