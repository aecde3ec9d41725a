"""What the tests share: real servers, and short ways to fill them."""
