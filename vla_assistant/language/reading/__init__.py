"""Words -> a request: what people say, in all its forms, as acts on described things. Pure: no picture, no device."""
