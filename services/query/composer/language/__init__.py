"""What words say in English and Chinese, whatever the database: tokens, instructions, synonyms, dates."""
